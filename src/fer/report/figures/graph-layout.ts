import { longestPaths } from '../../../kit/index.ts';

/** A box, or the place where an edge passes a row: that one has no text. */
export interface Box {
  readonly id: string;
  readonly text: string;
  readonly layer: number;
  /** Of its middle. */
  x: number;
}

export interface GraphLayout {
  readonly boxes: readonly Box[];
  /** From box to box, with the places in the rows between that it passes. */
  readonly edges: readonly (readonly Box[])[];
}

const GAP = 26;
export const MARGIN = 14;

export function widthOf({ text }: Box): number {
  return text === '' ? 0 : text.length * 7.4 + 26;
}

/** Boxes in rows, sources on top; an edge over several rows has a place in each, so that it runs through no box. */
export function layOutGraph(
  texts: ReadonlyMap<string, string>,
  pairs: readonly (readonly [from: string, to: string])[],
): GraphLayout {
  const layer = longestPaths([...texts.keys()], pairs);
  const boxes = new Map(
    [...texts].map(([id, text]) => [id, { id, text, layer: layer.get(id) ?? 0, x: 0 }] as const),
  );
  const edges = pairs.map(([a, b]): Box[] => {
    const [from, to] = [boxes.get(a), boxes.get(b)];
    if (from === undefined || to === undefined) return [];
    const between = Array.from({ length: Math.max(0, to.layer - from.layer - 1) }, (_, i) => {
      return { id: `${a}\0${b}\0${i}`, text: '', layer: from.layer + 1 + i, x: 0 };
    });
    return [from, ...between, to];
  });
  placeRows([...new Set([...boxes.values(), ...edges.flat()])], edges);
  return { boxes: [...boxes.values()], edges };
}

/** Each row in the middle, each box near what leads to it. */
function placeRows(all: readonly Box[], edges: readonly (readonly Box[])[]): void {
  const rows = new Map<number, Box[]>();
  for (const box of all) rows.set(box.layer, [...(rows.get(box.layer) ?? []), box]);
  const lengthOf = (row: readonly Box[]): number =>
    row.reduce((sum, box) => sum + widthOf(box), GAP * (row.length - 1));
  const widest = Math.max(...[...rows.values()].map(lengthOf));
  const before = new Map<Box, Box[]>();
  for (const edge of edges)
    edge.forEach((box, i) => {
      const from = edge[i - 1];
      if (from !== undefined) before.set(box, [...(before.get(box) ?? []), from]);
    });
  const pull = (box: Box): number => {
    const sources = (before.get(box) ?? []).filter((from) => from.layer < box.layer);
    return sources.length === 0 ? widest / 2 : sources.reduce((sum, { x }) => sum + x, 0) / sources.length;
  };
  for (const [, row] of [...rows].sort(([a], [b]) => a - b)) {
    let left = MARGIN + (widest - lengthOf(row)) / 2;
    for (const { box } of row.map((box) => ({ box, at: pull(box) })).sort((a, b) => a.at - b.at)) {
      box.x = left + widthOf(box) / 2;
      left += widthOf(box) + GAP;
    }
  }
}
