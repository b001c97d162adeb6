import {
  createPainter,
  escapeControl,
  indent,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Terminal,
  widthOf,
} from '../../kit/index.ts';
import {
  buildGraph,
  type Change,
  loadProject,
  status as readStatus,
  selectTargets,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { columnsOf, foldValues } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeChange, describeValues } from '../reporters/describe.ts';

interface StatusOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

/** `ferment status`: stages whose own declared state differs from their last success. */
export async function status(
  targets: readonly string[],
  options: StatusOptions,
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  const selected = new Set(
    selectTargets(buildGraph(project.stages), targets, { singleItem: targets.length > 0 }),
  );
  const all = await readStatus(project, (text) => printWarning(terminal, text));
  const stale = [...all].filter(([name, changes]) => selected.has(name) && changes.length > 0);
  if (options.exitCode === true && stale.length > 0) setExit(1);
  if (options.json === true) {
    terminal.stdout.write(prettyJson(Object.fromEntries(stale)));
    return;
  }
  printLine(terminal.stdout, describeStale(stale, project.stages.length, terminal));
}

function describeStale(
  stale: readonly (readonly [string, readonly Change[]])[],
  total: number,
  terminal: Terminal,
): string {
  if (stale.length === 0) return 'Everything is up to date.';
  const isNew = ([, changes]: (typeof stale)[number]): boolean =>
    changes.some(({ kind }) => kind === 'never-run');
  const known = stale.filter((one) => !isNew(one));
  const fresh = stale.filter(isNew).map(([name]) => escapeControl(name));
  if (fresh.length === total)
    return `Nothing has run yet (${plural(total, 'stage')}). Begin with: ferment repro`;
  const paint = createPainter(terminal.stdout, terminal.env);
  const lines = known.flatMap(([name, changes]) => [
    paint('cyan', escapeControl(name)),
    ...changes.map((change) => foldChange(change, columnsOf(terminal))),
  ]);
  if (fresh.length > 0) lines.push(paint('cyan', 'Never run'), ...fresh.map((name) => `  ${name}`));
  return [...lines, '', 'What would run: ferment repro --dry'].join('\n');
}

/** One change on one line, or, of a value, on lines of their own what it is, was and is now. */
function foldChange(change: Change, columns = Number.POSITIVE_INFINITY): string {
  const line = `  ${describeChange(change)}`;
  if (widthOf(line) <= columns || (change.kind !== 'param' && change.kind !== 'env')) return line;
  const values = indent(foldValues(describeValues(change), columns - 4), 4);
  return `  ${escapeControl(change.name)}\n${values}`;
}
