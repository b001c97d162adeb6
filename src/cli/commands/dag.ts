import { prettyJson, printLine } from '../../kit/index.ts';
import {
  collapseGroups,
  drawingOf,
  graphOf,
  loadProject,
  renderBoxes,
  renderDot,
  renderMermaid,
  selectTargets,
  withoutImpliedLinks,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface DagOptions extends ProjectOptions {
  readonly mermaid?: boolean;
  readonly dot?: boolean;
  readonly json?: boolean;
  readonly expand?: boolean;
  readonly allEdges?: boolean;
}

/** `ferment dag`: boxes for a terminal, or Mermaid, Graphviz, JSON. */
export function dag(targets: readonly string[], options: DagOptions, { terminal }: ActionContext): void {
  const graph = graphOf(loadProject(loadOptions(options, terminal)));
  const names = new Set(selectTargets(graph, targets));
  const selected = graph.order.flatMap((name) => (names.has(name) ? (graph.stages.get(name) ?? []) : []));
  const whole = drawingOf(
    selected,
    graph.edges.filter(([from, to]) => names.has(from) && names.has(to)),
  );
  if (options.json === true) {
    const nodes = selected.map(({ name, desc }) => ({ name, ...(desc === undefined ? {} : { desc }) }));
    terminal.stdout.write(prettyJson({ stages: nodes, edges: whole.edges }));
    return;
  }
  const grouped = options.expand === true ? whole : collapseGroups(whole, selected);
  const drawing = options.allEdges === true ? grouped : withoutImpliedLinks(grouped);
  printLine(terminal.stdout, render(drawing, options));
}

function render(drawing: Parameters<typeof renderBoxes>[0], options: DagOptions): string {
  if (options.mermaid === true) return renderMermaid(drawing);
  return options.dot === true ? renderDot(drawing) : renderBoxes(drawing);
}
