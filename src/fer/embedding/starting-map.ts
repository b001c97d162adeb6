import { createRandom } from '../../kit/index.ts';
import type { Matrix } from './matrix.ts';
import { pca } from './pca.ts';
import { sharedFloats } from './team.ts';

export interface StartOptions {
  readonly seed: number;
  /** Axes of the map. */
  readonly columns: number;
  readonly start: 'pca' | 'random';
}

/** Of the first axis, as in scikit-learn. */
const DEVIATION = 1e-4;
/** An axis with less than this share of the first one's deviation holds nothing but rounding. */
const FLAT = 1e-8;

/**
 * Where the map `[n, columns]` of points `[n, d]` starts, in shared memory: at their first principal components, the
 * first with standard deviation 1e-4, and at normal numbers of that deviation in axes in which the points do not
 * differ, or in all. The forces along an axis are in proportion to distances along it: what starts on one line stays on
 * it for ever.
 */
export function startingMap(x: Matrix, { seed, columns, start }: StartOptions): Matrix {
  const map: Matrix = { data: sharedFloats(columns * x.rows), rows: x.rows, columns };
  const spread = start === 'pca' && x.columns >= columns ? setComponents(map, x, seed) : [];
  const random = createRandom(seed, 'tsne', 'start');
  for (let c = 0; c < map.data.length; c++)
    if (spread[c % columns] !== true) map.data[c] = random.normal() * DEVIATION;
  return map;
}

/** Puts the points' principal components into the map, and says of each axis whether they differ in it. */
function setComponents(map: Matrix, x: Matrix, seed: number): readonly boolean[] {
  const { scores, explainedVariance } = pca(x, map.columns, { seed });
  const deviation = Math.sqrt((explainedVariance[0] ?? 0) * ((x.rows - 1) / x.rows));
  if (deviation === 0) return [];
  map.data.set(scores.data.map((v) => (v / deviation) * DEVIATION));
  return Array.from(
    { length: map.columns },
    (_, axis) => deviationAlong(map, axis) >= FLAT * deviationAlong(map, 0),
  );
}

/** About the mean, since what is left of a large common offset is rounding too. */
function deviationAlong({ data, rows, columns }: Matrix, axis: number): number {
  let sum = 0;
  for (let c = axis; c < data.length; c += columns) sum += data[c] ?? 0;
  let squares = 0;
  for (let c = axis; c < data.length; c += columns) squares += ((data[c] ?? 0) - sum / rows) ** 2;
  return Math.sqrt(squares / rows);
}
