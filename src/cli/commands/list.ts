import { prettyJson, renderTable } from '../../kit/index.ts';
import { buildGraph, loadProject, type Stage, selectTargets } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { printLine } from '../terminal.ts';

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
  if (stages.length > 0)
    printLine(terminal.stdout, renderTable(stages.map((s) => [s.name, descriptionOf(s)])));
}

function descriptionOf(stage: Stage): string {
  if (stage.desc !== undefined) return stage.desc;
  const outs = stage.outs.map((out) => out.path);
  return outs.length === 0 ? '' : `makes ${outs.join(', ')}`;
}
