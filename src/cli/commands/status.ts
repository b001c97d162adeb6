import { escapeControl, prettyJson } from '../../kit/index.ts';
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
import { createPainter, printLine, printWarning } from '../terminal.ts';

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
  if (stale.length === 0) {
    printLine(terminal.stdout, 'Everything is up to date.');
    return;
  }
  const paint = createPainter(terminal.stdout, terminal.env);
  for (const [name, changes] of stale) {
    printLine(terminal.stdout, paint('cyan', escapeControl(name)));
    for (const change of worthSaying(changes)) printLine(terminal.stdout, `  ${describeChange(change)}`);
  }
}

/** Of a stage that never ran, missing deps say nothing more. */
function worthSaying(changes: readonly Change[]): readonly Change[] {
  const neverRun = changes.find(({ kind }) => kind === 'never-run');
  return neverRun === undefined ? changes : [neverRun];
}
