import { element, round } from '../../../kit/index.ts';

type Place = readonly [x: number, y: number];

/** Shapes of marks, one per colour: apart without colours too. */
const SHAPES: readonly ((r: number) => string)[] = [
  (r) =>
    `m${round(-r)} 0a${round(r)} ${round(r)} 0 1 0 ${round(2 * r)} 0a${round(r)} ${round(r)} 0 1 0 ${round(-2 * r)} 0z`,
  (r) => `m${round(-r)} ${round(-r)}h${round(2 * r)}v${round(2 * r)}h${round(-2 * r)}z`,
  (r) => `m0 ${round(-1.25 * r)}l${round(1.2 * r)} ${round(2.1 * r)}h${round(-2.4 * r)}z`,
  (r) =>
    `m0 ${round(-1.35 * r)}l${round(1.35 * r)} ${round(1.35 * r)}l${round(-1.35 * r)} ${round(1.35 * r)}l${round(-1.35 * r)} ${round(-1.35 * r)}z`,
  (r) => `m0 ${round(1.25 * r)}l${round(1.2 * r)} ${round(-2.1 * r)}h${round(-2.4 * r)}z`,
];

/** The shape of a colour's marks around a point. */
export function markPath(color: number, [x, y]: Place, r: number): string {
  const shape = SHAPES[color % SHAPES.length] ?? SHAPES[0];
  return `M${round(x)} ${round(y)}${shape?.(r) ?? ''}`;
}

/** Beyond so many points, each of them is a dot of one path: a browser draws no ten thousand elements gladly. */
const MOST_ELEMENTS = 1500;

/** All points of one colour. */
export function drawMarks(color: number, places: readonly Place[], r: number, className = 'mark'): string {
  const colorClass = `${className} c${color}`;
  if (places.length > MOST_ELEMENTS) {
    const d = places.map(([x, y]) => `M${round(x)} ${round(y)}h0`).join('');
    return element('path', { class: `dots c${color}`, d, 'stroke-width': r * 1.6 });
  }
  return places.map((place) => element('path', { class: colorClass, d: markPath(color, place, r) })).join('');
}

/** A line through places. Beyond a few thousand, of each column of pixels only what can be seen. */
export function linePath(places: readonly Place[]): string {
  return thinned(places)
    .map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`)
    .join('');
}

const MOST_PLACES = 3000;
/** Half a unit: on the page a pixel or so. */
const COLUMN = 0.5;

/** The first, lowest, highest and last place of each column: the drawing is the same (Jugel et al., M4, 2014). */
function thinned(places: readonly Place[]): readonly Place[] {
  if (places.length <= MOST_PLACES) return places;
  const kept: Place[] = [];
  let column: Place[] = [];
  const flush = (): void => {
    const [first] = column;
    const last = column.at(-1);
    if (first === undefined || last === undefined) return;
    const low = column.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = column.reduce((a, b) => (b[1] > a[1] ? b : a));
    const wanted = new Set([first, low, high, last]);
    kept.push(...column.filter((place) => wanted.has(place)));
    column = [];
  };
  for (const place of places) {
    const [before] = column;
    if (before !== undefined && Math.floor(before[0] / COLUMN) !== Math.floor(place[0] / COLUMN)) flush();
    column.push(place);
  }
  flush();
  return kept;
}
