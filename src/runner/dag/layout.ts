import { longestPaths, widthOf } from '../../kit/index.ts';
import type { Drawing } from './collapse.ts';

/** A box, or a point where a long edge passes a layer. */
export interface Cell {
  readonly id: string;
  /** Undefined for a passing edge. */
  readonly label: string | undefined;
  readonly width: number;
  /** Column of the middle. */
  middle: number;
}

export interface Layout {
  readonly layers: readonly (readonly Cell[])[];
  /** Edges between neighbouring layers. */
  readonly links: readonly (readonly [from: string, to: string])[];
  readonly width: number;
}

const GAP = 2;

/**
 * Layers by longest path from a source; a long edge passes every layer between as a point of its own (one point per
 * source and layer, so that edges of one source run together); neighbours are ordered by barycentre, four sweeps
 * (Sugiyama, Tagawa and Toda, 1981).
 */
export function layOut(drawing: Drawing): Layout {
  const depth = longestPaths(
    drawing.nodes.map((n) => n.id),
    drawing.edges,
  );
  const { cells, links } = withPassingPoints(drawing, depth);
  const layers: Cell[][] = [];
  for (const { cell, layer } of cells) {
    layers[layer] ??= [];
    layers[layer].push(cell);
  }
  for (let sweep = 0; sweep < 4; sweep++) orderByBarycentre(layers, links, sweep % 2 === 0);
  const width = place(layers);
  return { layers, links, width };
}

interface Passing {
  readonly cells: { readonly cell: Cell; readonly layer: number }[];
  readonly links: (readonly [string, string])[];
}

function withPassingPoints(drawing: Drawing, depth: ReadonlyMap<string, number>): Passing {
  const at = (id: string): number => depth.get(id) ?? 0;
  const cells = drawing.nodes.map((n) => ({
    cell: { id: n.id, label: n.label, width: widthOf(n.label) + 4, middle: 0 } as Cell,
    layer: at(n.id),
  }));
  const links = new Map<string, readonly [string, string]>();
  const points = new Set<string>();
  const link = (a: string, b: string): void => void links.set(`${a}\0${b}`, [a, b]);
  for (const [from, to] of drawing.edges) {
    let previous = from;
    for (let layer = at(from) + 1; layer < at(to); layer++) {
      const id = `${from}\0${layer}`;
      if (!points.has(id)) {
        points.add(id);
        cells.push({ cell: { id, label: undefined, width: 1, middle: 0 }, layer });
      }
      link(previous, id);
      previous = id;
    }
    link(previous, to);
  }
  return { cells, links: [...links.values()] };
}

function orderByBarycentre(
  layers: readonly Cell[][],
  links: readonly (readonly [string, string])[],
  down: boolean,
): void {
  const order = down ? [...layers.keys()] : [...layers.keys()].reverse();
  for (const index of order) {
    const fixed = layers[down ? index - 1 : index + 1];
    const layer = layers[index];
    if (fixed === undefined || layer === undefined) continue;
    const position = new Map(fixed.map((cell, i) => [cell.id, i / Math.max(1, fixed.length - 1)]));
    const own = new Map(layer.map((cell, i) => [cell.id, i / Math.max(1, layer.length - 1)]));
    const centre = new Map(
      layer.map((cell) => {
        const near = links
          .filter(([a, b]) => (down ? b : a) === cell.id)
          .map(([a, b]) => position.get(down ? a : b) ?? 0);
        const mean =
          near.length === 0 ? (own.get(cell.id) ?? 0) : near.reduce((s, x) => s + x, 0) / near.length;
        return [cell.id, mean];
      }),
    );
    layer.sort((a, b) => (centre.get(a.id) ?? 0) - (centre.get(b.id) ?? 0));
  }
}

/** Centres each layer; returns the width of the whole. */
function place(layers: readonly Cell[][]): number {
  const widthOfLayer = (layer: readonly Cell[]): number =>
    layer.reduce((sum, cell) => sum + cell.width, 0) + GAP * (layer.length - 1);
  const width = Math.max(0, ...layers.map(widthOfLayer));
  for (const layer of layers) {
    let left = Math.floor((width - widthOfLayer(layer)) / 2);
    for (const cell of layer) {
      cell.middle = left + Math.floor(cell.width / 2);
      left += cell.width + GAP;
    }
  }
  return width;
}
