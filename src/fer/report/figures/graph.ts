import { element, label, longestPaths, round, withoutImpliedEdges } from '../../../kit/index.ts';
import { BOX, figure, SOFT_LINE } from './svg.ts';

/** Stage names with descriptions, and who feeds whom. */
export interface StageGraph {
  readonly stages: readonly { readonly name: string; readonly desc?: string }[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

interface Box {
  readonly id: string;
  readonly text: string;
  readonly layer: number;
  x: number;
}

const HEIGHT = 34;
const STEP = 74;
const GAP = 26;
const MARGIN = 14;

/** The pipeline's graph, the stages of a group as one box, sources on top; edges that a longer way implies are left out. */
export function renderGraph(title: string, graph: StageGraph): string {
  const groups = new Map<string, number>();
  for (const { name } of graph.stages) groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + 1);
  const pairs = graph.edges.map(([a, b]) => [groupOf(a), groupOf(b)] as const).filter(([a, b]) => a !== b);
  const edges = withoutImpliedEdges([...new Map(pairs.map((pair) => [pair.join('\0'), pair])).values()]);
  const boxes = placeBoxes(groups, edges);
  const width = Math.max(...[...boxes.values()].map((box) => box.x + widthOf(box) / 2)) + MARGIN;
  const depth = Math.max(...[...boxes.values()].map((box) => box.layer)) + 1;
  return figure(
    { width, height: depth * STEP - (STEP - HEIGHT) + 2 * MARGIN },
    title,
    ...edges.flatMap(([a, b]) => {
      const from = boxes.get(a);
      const to = boxes.get(b);
      return from === undefined || to === undefined ? [] : [drawEdge(from, to)];
    }),
    ...[...boxes.values()].map(drawBox),
  );
}

function groupOf(name: string): string {
  return name.replace(/@.*$/s, '');
}

function widthOf(box: Box): number {
  return box.text.length * 7.4 + 26;
}

function placeBoxes(
  groups: ReadonlyMap<string, number>,
  edges: readonly (readonly [string, string])[],
): Map<string, Box> {
  const layer = longestPaths([...groups.keys()], edges);
  const boxes = new Map<string, Box>();
  for (const [id, count] of groups) {
    boxes.set(id, { id, text: count > 1 ? `${id} × ${count}` : id, layer: layer.get(id) ?? 0, x: 0 });
  }
  const rows = groupByLayer([...boxes.values()]);
  const rowWidth = (row: readonly Box[]): number =>
    row.reduce((sum, box) => sum + widthOf(box), GAP * (row.length - 1));
  const widest = Math.max(...rows.map(rowWidth));
  for (const row of rows) {
    let left = MARGIN + (widest - rowWidth(row)) / 2;
    for (const box of row) {
      box.x = left + widthOf(box) / 2;
      left += widthOf(box) + GAP;
    }
  }
  return boxes;
}

function groupByLayer(boxes: readonly Box[]): Box[][] {
  const rows: Box[][] = [];
  for (const box of boxes) {
    rows[box.layer] ??= [];
    rows[box.layer]?.push(box);
  }
  // Groups in a circle leave layers empty.
  return rows.filter((row) => row !== undefined);
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

function drawEdge(from: Box, to: Box): string {
  const [x1, y1, x2, y2] = [from.x, topOf(from) + HEIGHT, to.x, topOf(to)];
  const bend = Math.min(40, (y2 - y1) / 2);
  const path = `M${round(x1)} ${round(y1)}C${round(x1)} ${round(y1 + bend)} ${round(x2)} ${round(y2 - bend)} ${round(x2)} ${round(y2)}`;
  return element('path', { d: path, fill: 'none', ...SOFT_LINE, 'stroke-width': 1.4 });
}
