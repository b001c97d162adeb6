import { widthOf } from '../../kit/index.ts';
import type { Drawing } from './collapse.ts';
import { type Cell, type Layout, layOut } from './layout.ts';

const UP = 1;
const RIGHT = 2;
const DOWN = 4;
const LEFT = 8;

/** The line that leaves a crossing in these directions, by the sum of the bits above. */
const LINES = [' ', '│', '─', '└', '│', '│', '┌', '├', '─', '┘', '─', '┴', '┐', '┤', '┬', '┼'];

/** Boxes with lines between them, sources on top: the graph for a terminal. An empty graph gives an empty string. */
export function renderBoxes(drawing: Drawing): string {
  if (drawing.nodes.length === 0) return '';
  const layout = layOut(drawing);
  const canvas = new Canvas();
  let row = 0;
  layout.layers.forEach((layer, i) => {
    for (const cell of layer) drawCell(canvas, cell, row);
    row += 3;
    const below = layout.layers[i + 1];
    if (below !== undefined) row = drawLinks(canvas, layout, layer, below, row);
  });
  return canvas.toString();
}

function drawCell(canvas: Canvas, cell: Cell, row: number): void {
  if (cell.label === undefined) {
    canvas.vertical(cell.middle, row - 1, row + 3);
    return;
  }
  const left = cell.middle - Math.floor(cell.width / 2);
  const bar = '─'.repeat(cell.width - 2);
  canvas.text(left, row, `┌${bar}┐`);
  canvas.text(left, row + 1, `│ ${cell.label} │`);
  canvas.text(left, row + 2, `└${bar}┘`);
}

/** One horizontal track per upper cell; tracks whose spans do not touch share a row. Returns the next layer's row. */
function drawLinks(
  canvas: Canvas,
  layout: Layout,
  upper: readonly Cell[],
  lower: readonly Cell[],
  top: number,
): number {
  const middleOf = new Map(lower.map((cell) => [cell.id, cell.middle]));
  const bundles = upper
    .map((cell) => ({
      from: cell.middle,
      to: layout.links.filter(([a]) => a === cell.id).flatMap(([, b]) => middleOf.get(b) ?? []),
    }))
    .filter((bundle) => bundle.to.length > 0);
  const tracks: { from: number; to: number }[][] = [];
  const rows = bundles.map((bundle) => {
    const span = { from: Math.min(bundle.from, ...bundle.to), to: Math.max(bundle.from, ...bundle.to) };
    if (span.from === span.to) return 0;
    let track = tracks.findIndex((used) =>
      used.every((other) => other.to < span.from || other.from > span.to),
    );
    if (track < 0) track = tracks.push([]) - 1;
    tracks[track]?.push(span);
    return track;
  });
  const height = Math.max(1, tracks.length);
  bundles.forEach((bundle, i) => {
    const row = top + (rows[i] ?? 0);
    canvas.vertical(bundle.from, top - 1, row);
    for (const column of bundle.to) {
      canvas.horizontal(row, bundle.from, column);
      canvas.vertical(column, row, top + height);
    }
  });
  return top + height;
}

/** A growing grid of characters; lines are kept as directions, so that crossings come out right. */
class Canvas {
  readonly #lines = new Map<string, number>();
  readonly #text = new Map<string, string>();

  text(column: number, row: number, text: string): void {
    let at = column;
    for (const character of text) {
      const width = widthOf(character);
      const key = `${row},${width === 0 ? at - 1 : at}`;
      this.#text.set(key, width === 0 ? `${this.#text.get(key) ?? ''}${character}` : character);
      // A wide letter takes the next column, too.
      if (width === 2) this.#text.set(`${row},${at + 1}`, '');
      at += width;
    }
  }

  vertical(column: number, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      this.#add(row, column, DOWN);
      this.#add(row + 1, column, UP);
    }
  }

  horizontal(row: number, from: number, to: number): void {
    for (let column = Math.min(from, to); column < Math.max(from, to); column++) {
      this.#add(row, column, RIGHT);
      this.#add(row, column + 1, LEFT);
    }
  }

  toString(): string {
    const keys = [...this.#lines.keys(), ...this.#text.keys()].map((key) => key.split(',').map(Number));
    const height = Math.max(...keys.map(([row]) => row ?? 0)) + 1;
    const width = Math.max(...keys.map(([, column]) => column ?? 0)) + 1;
    const rows = Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, column) => this.#at(row, column))
        .join('')
        .trimEnd(),
    );
    return `${rows.join('\n').trimEnd()}\n`;
  }

  #add(row: number, column: number, direction: number): void {
    const key = `${row},${column}`;
    this.#lines.set(key, (this.#lines.get(key) ?? 0) | direction);
  }

  /** Text wins over lines, but a line that meets a box's border shows as a joint. */
  #at(row: number, column: number): string {
    const key = `${row},${column}`;
    const line = this.#lines.get(key) ?? 0;
    const text = this.#text.get(key);
    if (text === '─' && (line & DOWN) !== 0) return '┬';
    if (text === '─' && (line & UP) !== 0) return '┴';
    return text ?? LINES[line] ?? ' ';
  }
}
