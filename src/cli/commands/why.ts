import { escapeControl, prettyJson, renderTable, unreachable } from '../../kit/index.ts';
import {
  buildGraph,
  type Change,
  why as explain,
  loadProject,
  type Project,
  status as readStatus,
  selectTargets,
  type Why,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeReasons, describeValue } from '../reporters/describe.ts';
import { createPainter, printLine, printWarning, type Terminal } from '../terminal.ts';

/** `ferment why STAGE`: every change since its last success, old and new, and what repro would do about it. */
export async function why(
  stage: string,
  options: ProjectOptions & { readonly json?: boolean },
  { terminal }: ActionContext,
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  const answer = await explain(project, stage, (text) => printWarning(terminal, text));
  if (options.json === true) {
    terminal.stdout.write(prettyJson(answer));
    return;
  }
  printAnswer(answer, terminal);
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

function printAnswer(answer: Why, terminal: Terminal): void {
  const paint = createPainter(terminal.stdout, terminal.env);
  printLine(terminal.stdout, `${paint('cyan', escapeControl(answer.stage))} ${verdict(answer)}`);
  const [first] = answer.changes;
  if (first?.kind === 'never-run') {
    printLine(terminal.stdout, '  It never ran here.');
  } else if (answer.changes.length > 0) {
    printLine(terminal.stdout, indent(renderTable(answer.changes.map(rowOf))));
  }
  if (answer.code.length > 0) {
    printLine(terminal.stdout, '  In its code:');
    printLine(terminal.stdout, indent(renderTable(answer.code.map(rowOf)), 4));
  }
  if (answer.notRestorable !== undefined) printLine(terminal.stdout, `  ${answer.notRestorable}`);
}

function verdict({ next, changes }: Why): string {
  switch (next) {
    case 'nothing':
      return 'is up to date by itself.';
    case 'restore':
      return 'would be restored: this fingerprint succeeded before.';
    case 'run':
      return 'would run.';
    case undefined:
      return changes.length === 0 ? 'is up to date by itself.' : 'is stale; what it needs is not there yet.';
    default:
      return unreachable(next);
  }
}

function rowOf(change: Change): string[] {
  const name = change.name === '' ? change.kind : `${change.kind} ${escapeControl(change.name)}`;
  if (change.old === undefined && change.new === undefined) return [name, change.change];
  return [name, change.change, describeValue(change.old), '→', describeValue(change.new)];
}

function indent(text: string, columns = 2): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}
