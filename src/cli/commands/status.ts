import { escapeControl, plural, prettyJson } from '../../kit/index.ts';
import {
  buildGraph,
  type Change,
  loadProject,
  status as readStatus,
  selectTargets,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeChange } from '../reporters/describe.ts';
import { createPainter, printLine, printWarning, type Terminal } from '../terminal.ts';

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
    ...changes.map((change) => `  ${describeChange(change)}`),
  ]);
  if (fresh.length > 0) lines.push(paint('cyan', 'Never run'), ...fresh.map((name) => `  ${name}`));
  return [...lines, '', 'What would run: ferment repro --dry'].join('\n');
}
