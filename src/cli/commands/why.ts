import {
  createPainter,
  escapeControl,
  isDigest,
  type Paint,
  plural,
  prettyJson,
  printLine,
  printWarning,
  renderTable,
  unreachable,
  widthOf,
} from '../../kit/index.ts';
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
import { columnsOf, foldValues, textWidth } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import {
  describeLines,
  describeReasons,
  describeValue,
  describeValues,
  verbOf,
} from '../reporters/describe.ts';

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
  const columns = columnsOf(terminal);
  const view: View = { paint: createPainter(terminal.stdout, terminal.env), columns };
  printLine(terminal.stdout, renderAnswer(answer, view));
  const upstream = await staleUpstream(project, stage);
  if (upstream.length === 0) return;
  const isFresh = answer.changes.length === 0;
  printLine(terminal.stdout, `  What it needs is stale${isFresh ? ', so it may follow' : ', too'}:`);
  printLine(
    terminal.stdout,
    indent(renderTable(upstream, { columns: columns === undefined ? columns : columns - 4 }), 4),
  );
}

/** The stages before this one that are stale by themselves, with the reasons. */
async function staleUpstream(project: Project, stage: string): Promise<string[][]> {
  const needed = new Set(selectTargets(buildGraph(project.stages), [stage]));
  const stale = [...(await readStatus(project))].filter(([name]) => name !== stage && needed.has(name));
  return stale.map(([name, changes]) => [escapeControl(name), describeReasons(changes)]);
}

interface View {
  readonly paint: Paint;
  /** Undefined: any number. */
  readonly columns: number | undefined;
}

function renderAnswer(answer: Why, view: View): string {
  const { paint, columns = Number.POSITIVE_INFINITY } = view;
  const lines = [`${paint('cyan', escapeControl(answer.stage))} ${verdict(answer)}`];
  if (answer.changes.some(({ kind }) => kind === 'never-run')) lines.push('  It never ran here.');
  const shown = answer.changes.filter(({ kind }) => kind !== 'never-run');
  const width = Math.max(0, ...shown.map((change) => widthOf(titleOf(change))));
  const isNarrow = shown.some((one) => LEAD + width + 2 + widthOf(textOf(one, answer)) > columns);
  for (const change of shown) {
    const name = titleOf(change);
    const title = isNarrow ? name : name + ' '.repeat(width - widthOf(name));
    const lead = `  ${paint('dim', kindOf(change).padEnd(5))}  ${change.change === 'deleted' ? paint('red', title) : title}`;
    const text = textOf(change, answer);
    const rest = isNarrow ? belowOrBeside(text, LEAD + widthOf(title), columns) : `  ${text}`;
    lines.push(`${lead}${rest}`.trimEnd(), ...detailsOf(change, answer, view));
  }
  if (answer.notRestorable !== undefined)
    lines.push(`  It is never restored from an earlier run: ${answer.notRestorable}.`);
  return lines.join('\n');
}

/** Where the names of what changed begin. */
const LEAD = 9;

/** A text behind so many columns, or where it does not fit there, under them. */
function belowOrBeside(text: string, taken: number, columns: number): string {
  return taken + 2 + widthOf(text) <= columns
    ? `  ${text}`
    : `\n${indent(foldValues(text, columns - LEAD), LEAD)}`;
}

function kindOf({ kind }: Change): string {
  return kind === 'always' ? '' : kind;
}

function titleOf({ kind, name }: Change): string {
  return escapeControl(kind === 'cmd' && name === 'cmd' ? 'command' : name);
}

/** What became of it: values old and new, lines of a text, else a word. */
function textOf(change: Change, { files }: Why): string {
  const { kind, name } = change;
  if (kind === 'always') return 'always runs';
  if (kind === 'cmd' && name === 'cmd') return 'changed:';
  if (kind === 'param' || kind === 'env' || kind === 'cmd') {
    return describeValues(change);
  }
  const word = verbOf(change, kind === 'out' ? 'is no longer declared' : 'is no longer a dep');
  const [only] = files[name] ?? [];
  const lines = only?.path === name ? describeLines(only.lines) : '';
  const byHand = kind === 'out' && change.change === 'modified' ? ' since the run, by hand' : '';
  return `${word}${byHand}${lines === '' ? '' : `, ${lines}`}`;
}

const MOST_DETAILS = 12;

/** The command line by line, the modules of a program, the files of a folder. */
function detailsOf(change: Change, { code, files }: Why, view: View): string[] {
  const { columns = Number.POSITIVE_INFINITY } = view;
  if (change.kind === 'cmd' && change.name === 'cmd') return commandLines(change, view.paint);
  const rows =
    change.kind === 'code'
      ? code.filter((one) => isPackage(one) === (change.name === 'packages')).map(codeRow)
      : fileRows(files[change.name] ?? [], change.name, columns - LEAD);
  if (rows.length === 0) return [];
  const table = indent(renderTable(rows.slice(0, MOST_DETAILS), { columns: columns - LEAD }), LEAD).split(
    '\n',
  );
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

/** The files of a folder, by their paths in it where whole paths do not fit: its own stands above them. */
function fileRows(files: readonly FileChange[], folder: string, columns: number): string[][] {
  const inside = files.filter(({ path }) => path !== folder);
  const rows = (cut: (path: string) => string): string[][] =>
    inside.map(({ change, path, from, lines }) => {
      const name = from === undefined ? cut(path) : `${cut(from)} → ${cut(path)}`;
      return [change, escapeControl(name), describeLines(lines)];
    });
  const whole = rows((path) => path);
  if (textWidth(renderTable(whole)) <= columns) return whole;
  return rows((path) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path));
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
