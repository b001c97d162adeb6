import { escapeControl, prettyJson, renderTable } from '../../kit/index.ts';
import { buildGraph, loadProject, type Stage, selectTargets } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { isTooWide } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { printLine, type Terminal } from '../terminal.ts';

/** `ferment list`: the stages in the order in which they run, with what they are for. */
export function list(
  targets: readonly string[],
  options: ProjectOptions & { readonly json?: boolean },
  { terminal }: ActionContext,
): void {
  const graph = buildGraph(loadProject(loadOptions(options, terminal)).stages);
  const stages = selectTargets(graph, targets, { singleItem: targets.length > 0 }).flatMap(
    (name) => graph.stages.get(name) ?? [],
  );
  if (options.json === true) {
    const rows = stages.map((stage) => ({
      name: stage.name,
      desc: stage.desc ?? null,
      deps: stage.deps.map((dep) => dep.path),
      outs: stage.outs.map((out) => out.path),
    }));
    terminal.stdout.write(prettyJson(rows));
    return;
  }
  if (stages.length > 0) printLine(terminal.stdout, describe(stages, terminal));
}

/** A table, or, where that would not fit on the terminal, two lines for each stage. */
function describe(stages: readonly Stage[], terminal: Terminal): string {
  const rows = stages.map((stage) => [escapeControl(stage.name), escapeControl(descriptionOf(stage))]);
  const table = renderTable(rows);
  if (!isTooWide(table, terminal)) return table;
  return rows.flatMap(([name = '', desc = '']) => (desc === '' ? [name] : [name, `  ${desc}`])).join('\n');
}

function descriptionOf(stage: Stage): string {
  if (stage.desc !== undefined) return stage.desc;
  const outs = stage.outs.map((out) => out.path);
  return outs.length === 0 ? '' : `makes ${outs.join(', ')}`;
}
