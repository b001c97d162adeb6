import { compareBytes, element, formatCount } from '../../../kit/index.ts';
import type { Point } from '../figure.ts';
import { roomFor } from './axes.ts';
import { type Drawing, drawing, LETTER, type Stop, shortText } from './chart.ts';

export interface ConfusionChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
  /** The classes of all matrices that stand side by side, sorted. */
  readonly classes: readonly string[];
  /** True: shares of each column, that is, of each value of x. */
  readonly normalized: boolean;
}

const MOST_LETTERS = 14;

/** The values of both axes: numbers by size, else by bytes. */
export function classesOf(points: readonly Point[]): string[] {
  const cells = points.flatMap(({ x, y }) => [x, y]).filter((cell) => cell !== null);
  const isNumbers = cells.every((cell) => typeof cell === 'number');
  // JSON may have a class as 1 here and as "1" there: it is one class.
  const names = [...new Set(cells.map(String))];
  return names.sort((a, b) => (isNumbers ? Number(a) - Number(b) : compareBytes(a, b)));
}

/** How often each pair of classes comes: x from left to right (in DVC's example the actual one), y from top down. */
export function drawConfusion(chart: ConfusionChart): Drawing {
  const { classes } = chart;
  const cell = Math.min(52, Math.max(14, Math.floor(360 / Math.max(1, classes.length))));
  const counts = countPairs(chart);
  const left = 28 + roomFor(classes, MOST_LETTERS);
  const isAslant = roomFor(classes, MOST_LETTERS) + 4 > cell;
  const side = cell * classes.length;
  const under = isAslant ? 16 + roomFor(classes, MOST_LETTERS) * 0.75 : 18;
  const size = { width: left + side + 10, height: 8 + side + under + 20 };
  const place = { left, top: 8, cell };
  const cells = classes.flatMap((_, row) =>
    classes.map((__, column) => drawCell(chart, counts, { row, column, ...place })),
  );
  return {
    ...size,
    svg: drawing(
      size,
      `${chart.title}: counts of ${chart.xLabel} against ${chart.yLabel}`,
      ...cells.map(({ svg }) => svg),
      ...drawNames(chart, place, { isAslant, under }),
    ),
    stops: cells.map(({ stop }) => stop),
    mode: 'xy',
  };
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
}

interface Counts {
  /** [row][column]: y, x */
  readonly pairs: readonly (readonly number[])[];
  readonly columns: readonly number[];
  readonly most: number;
}

function countPairs({ points, classes }: ConfusionChart): Counts {
  const index = new Map(classes.map((name, i) => [name, i]));
  const pairs = classes.map(() => classes.map(() => 0));
  for (const { x, y } of points) {
    const row = pairs[index.get(String(y)) ?? -1];
    const column = index.get(String(x));
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  const columns = classes.map((_, column) => pairs.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  return { pairs, columns, most: Math.max(1, ...pairs.flat()) };
}

function drawCell(
  { classes, normalized, xLabel, yLabel }: ConfusionChart,
  { pairs, columns, most }: Counts,
  { row, column, left, top, cell }: Place & { readonly row: number; readonly column: number },
): { readonly svg: string; readonly stop: Stop } {
  const count = pairs[row]?.[column] ?? 0;
  const total = columns[column] ?? 0;
  const share = total === 0 ? 0 : count / total;
  const depth = normalized ? share : count / most;
  const [x, y] = [left + column * cell, top + row * cell];
  const text = normalized ? share.toFixed(2).replace(/^0(?=\.)/, '') : formatCount(count);
  const isShown = text.length * LETTER <= cell - 4;
  const middle = { x: x + cell / 2 - 0.5, y: y + cell / 2 + 3.5 };
  return {
    svg:
      element('rect', { class: 'cell', x, y, width: cell - 1.5, height: cell - 1.5, rx: 2 }) +
      element('rect', {
        class: 'heat',
        x,
        y,
        width: cell - 1.5,
        height: cell - 1.5,
        rx: 2,
        'fill-opacity': depth ** 0.8,
      }) +
      (isShown
        ? element('text', { class: `count${depthClass(depth)}`, ...middle, 'text-anchor': 'middle' }, text)
        : ''),
    stop: {
      x: middle.x,
      y: y + cell / 2,
      title: `${formatCount(count)} of ${formatCount(total)} (${(share * 100).toFixed(1)} %)`,
      lines: [
        [xLabel, classes[column] ?? ''],
        [yLabel, classes[row] ?? ''],
      ],
    },
  };
}

/** On a dark page the shade is lighter than its text sooner than it is darker on a light one: page-style.ts. */
function depthClass(depth: number): string {
  return depth > 0.78 ? ' deepest' : depth > 0.53 ? ' deep' : '';
}

function drawNames(
  { classes, xLabel, yLabel }: ConfusionChart,
  { left, top, cell }: Place,
  { isAslant, under }: { readonly isAslant: boolean; readonly under: number },
): string[] {
  const side = cell * classes.length;
  const names = classes.flatMap((name, i) => {
    const middle = (i + 0.5) * cell;
    const at = isAslant
      ? { transform: `translate(${left + middle + 3} ${top + side + 12}) rotate(-45)`, 'text-anchor': 'end' }
      : { x: left + middle, y: top + side + 14, 'text-anchor': 'middle' };
    return [
      shortText(name, MOST_LETTERS, {
        class: 'tick',
        x: left - 6,
        y: top + middle + 4,
        'text-anchor': 'end',
      }),
      shortText(name, MOST_LETTERS, { class: 'tick', ...at }),
    ];
  });
  const most = Math.max(8, Math.floor(side / LETTER));
  return [
    ...names,
    shortText(xLabel, most, {
      class: 'axis-label',
      x: left + side / 2,
      y: top + side + under + 14,
      'text-anchor': 'middle',
    }),
    shortText(yLabel, most, {
      class: 'axis-label',
      transform: `translate(12 ${top + side / 2}) rotate(-90)`,
      'text-anchor': 'middle',
    }),
  ];
}
