import { escapeControl, isDigest, plural, prettyJson, renderTable, unreachable } from '../../kit/index.ts';
import {
  buildGraph,
  type Change,
  type CodeChange,
  why as explain,
  type FileChange,
  loadProject,
  type Project,
  status as readStatus,
  selectTargets,
  type Why,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeLines, describeReasons, describeValue, verbOf } from '../reporters/describe.ts';
import { createPainter, type Paint, printLine, printWarning } from '../terminal.ts';

/** `ferment why [STAGE]`: every change since its last success, old and new, and what repro would do about it. */
export async function why(
  stage: string | undefined,
  options: ProjectOptions & { readonly json?: boolean },
  context: ActionContext,
): Promise<void> {
  const { terminal } = context;
  if (stage === undefined) {
    await (await import('./status.ts')).status([], options, context);
    return;
  }
  const project = loadProject(loadOptions(options, terminal));
  const answer = await explain(project, stage, (text) => printWarning(terminal, text));
  if (options.json === true) {
    terminal.stdout.write(prettyJson(answer));
    return;
  }
  printLine(terminal.stdout, renderAnswer(answer, createPainter(terminal.stdout, terminal.env)));
  const upstream = await staleUpstream(project, stage);
  if (upstream.length === 0) return;
  const isFresh = answer.changes.length === 0;
  printLine(terminal.stdout, `  What it needs is stale${isFresh ? ', so it may follow' : ', too'}:`);
  printLine(terminal.stdout, indent(renderTable(upstream), 4));
}

/** The stages before this one that are stale by themselves, with the reasons. */
async function staleUpstream(project: Project, stage: string): Promise<string[][]> {
  const needed = new Set(selectTargets(buildGraph(project.stages), [stage]));
  const stale = [...(await readStatus(project))].filter(([name]) => name !== stage && needed.has(name));
  return stale.map(([name, changes]) => [escapeControl(name), describeReasons(changes)]);
}

function renderAnswer(answer: Why, paint: Paint): string {
  const lines = [`${paint('cyan', escapeControl(answer.stage))} ${verdict(answer)}`];
  if (answer.changes.some(({ kind }) => kind === 'never-run')) lines.push('  It never ran here.');
  const shown = answer.changes.filter(({ kind }) => kind !== 'never-run');
  const width = Math.max(0, ...shown.map((change) => titleOf(change).length));
  for (const change of shown) {
    const title = titleOf(change).padEnd(width);
    const lead = `  ${paint('dim', kindOf(change).padEnd(5))}  ${change.change === 'deleted' ? paint('red', title) : title}`;
    lines.push(`${lead}  ${textOf(change, answer)}`.trimEnd(), ...detailsOf(change, answer, paint));
  }
  if (answer.notRestorable !== undefined)
    lines.push(`  It is never restored from an earlier run: ${answer.notRestorable}.`);
  return lines.join('\n');
}

function kindOf({ kind }: Change): string {
  return kind === 'always' ? '' : kind;
}

function titleOf({ kind, name }: Change): string {
  return escapeControl(kind === 'cmd' && name === 'cmd' ? 'command' : name);
}

/** What became of it: values old and new, lines of a text, else a word. */
function textOf(change: Change, { files }: Why): string {
  const { kind, name, old, new: now } = change;
  if (kind === 'always') return 'always runs';
  if (kind === 'cmd' && name === 'cmd') return 'changed:';
  if (kind === 'param' || kind === 'env' || kind === 'cmd') {
    const nothing = kind === 'env' ? 'unset' : 'none';
    const isNothing = (value: unknown): boolean => value === undefined || (kind === 'env' && value === null);
    const show = (value: unknown): string => (isNothing(value) ? nothing : describeValue(value));
    return `${show(old)} → ${show(now)}`;
  }
  const word = verbOf(change, kind === 'out' ? 'is no longer declared' : 'is no longer a dep');
  const [only] = files[name] ?? [];
  const lines = only?.path === name ? describeLines(only.lines) : '';
  const byHand = kind === 'out' && change.change === 'modified' ? ' since the run, by hand' : '';
  return `${word}${byHand}${lines === '' ? '' : `, ${lines}`}`;
}

const MOST_DETAILS = 12;

/** The command line by line, the modules of a program, the files of a folder. */
function detailsOf(change: Change, { code, files }: Why, paint: Paint): string[] {
  if (change.kind === 'cmd' && change.name === 'cmd') return commandLines(change, paint);
  const rows =
    change.kind === 'code'
      ? code.filter((one) => isPackage(one) === (change.name === 'packages')).map(codeRow)
      : (files[change.name] ?? []).filter(({ path }) => path !== change.name).map(fileRow);
  if (rows.length === 0) return [];
  const table = indent(renderTable(rows.slice(0, MOST_DETAILS)), 9).split('\n');
  const more = rows.length - MOST_DETAILS;
  return more > 0
    ? [...table, `${' '.repeat(9)}… and ${plural(more, 'file')} more: ferment diff --all`]
    : table;
}

function commandLines({ old, new: now }: Change, paint: Paint): string[] {
  const [before, after] = [String(old ?? '').split('\n'), String(now ?? '').split('\n')];
  const lead = ' '.repeat(9);
  return [
    ...before
      .filter((one) => !after.includes(one))
      .map((one) => paint('red', `${lead}- ${escapeControl(one)}`)),
    ...after
      .filter((one) => !before.includes(one))
      .map((one) => paint('green', `${lead}+ ${escapeControl(one)}`)),
  ];
}

/** Packages have versions, modules digests. */
function isPackage({ old, new: now }: CodeChange): boolean {
  return !isDigest(old ?? now);
}

function codeRow(change: CodeChange): string[] {
  const { name, old, new: now, lines } = change;
  const word = WORDS[change.change];
  if (!isPackage(change)) return [word, escapeControl(name), describeLines(lines)];
  return [word, escapeControl(name), `${describeValue(old)} → ${describeValue(now)}`];
}

function fileRow({ change, path, from, lines }: FileChange): string[] {
  const name = from === undefined ? path : `${from} → ${path}`;
  return [change, escapeControl(name), describeLines(lines)];
}

const WORDS = { new: 'added', modified: 'modified', deleted: 'deleted' } as const;

function verdict({ next, changes, restoredFrom }: Why): string {
  switch (next) {
    case 'nothing':
      return 'is up to date by itself.';
    case 'restore':
      return restoredFrom === undefined
        ? 'would be restored: this fingerprint succeeded before.'
        : `would be restored from the run of ${localMinute(restoredFrom)}.`;
    case 'run':
      return 'would run.';
    case undefined:
      return changes.length === 0 ? 'is up to date by itself.' : 'is stale; what it needs is not there yet.';
    default:
      return unreachable(next);
  }
}

/** `2026-11-24 15:04`, by the reader's clock. */
function localMinute(iso: string): string {
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function indent(text: string, columns = 2): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}
