import { element, label, round, withoutImpliedEdges } from '../../../kit/index.ts';
import { type Box, layOutGraph, MARGIN, widthOf } from './graph-layout.ts';
import { BOX, figure, SOFT_LINE } from './svg.ts';

/** Stage names with descriptions, and who feeds whom. */
export interface StageGraph {
  readonly stages: readonly { readonly name: string; readonly desc?: string }[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

const HEIGHT = 34;
const STEP = 74;

/** The pipeline's graph, the stages of a group as one box, sources on top; edges that a longer way implies are left out. */
export function renderGraph(title: string, graph: StageGraph): string {
  const groups = new Map<string, number>();
  for (const { name } of graph.stages) groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + 1);
  const pairs = graph.edges.map(([a, b]) => [groupOf(a), groupOf(b)] as const).filter(([a, b]) => a !== b);
  const kept = withoutImpliedEdges([...new Map(pairs.map((pair) => [pair.join('\0'), pair])).values()]);
  const texts = [...groups].map(([id, count]) => [id, count > 1 ? `${id} × ${count}` : id] as const);
  const { boxes, edges } = layOutGraph(new Map(texts), kept);
  const ends = [...boxes, ...edges.flat()].map((box) => box.x + widthOf(box) / 2);
  const depth = Math.max(...boxes.map((box) => box.layer)) + 1;
  return figure(
    { width: Math.max(...ends) + MARGIN, height: depth * STEP - (STEP - HEIGHT) + 2 * MARGIN },
    title,
    ...edges.map(drawEdge),
    ...boxes.map(drawBox),
  );
}

function groupOf(name: string): string {
  return name.replace(/@.*$/s, '');
}

function topOf(box: Box): number {
  return MARGIN + box.layer * STEP;
}

function drawBox(box: Box): string {
  const width = widthOf(box);
  return (
    element('rect', {
      x: box.x - width / 2,
      y: topOf(box),
      width,
      height: HEIGHT,
      rx: 7,
      ...BOX,
    }) + label(box.text, { x: box.x, y: topOf(box) + 22, 'text-anchor': 'middle', 'font-size': 13 })
  );
}

/** A curve from row to row, and straight down where it passes one. */
function drawEdge(places: readonly Box[]): string {
  const parts = places.slice(1).map((to, i) => {
    const from = places[i] ?? to;
    const [y1, y2] = [topOf(from) + HEIGHT, topOf(to)];
    const bend = Math.min(40, (y2 - y1) / 2);
    const curve = `C${round(from.x)} ${round(y1 + bend)} ${round(to.x)} ${round(y2 - bend)} ${round(to.x)} ${round(y2)}`;
    return to.text === '' ? `${curve}V${round(y2 + HEIGHT)}` : curve;
  });
  const [first] = places;
  if (first === undefined) return '';
  const path = `M${round(first.x)} ${round(topOf(first) + HEIGHT)}${parts.join('')}`;
  return element('path', { d: path, fill: 'none', ...SOFT_LINE, 'stroke-width': 1.4 });
}
