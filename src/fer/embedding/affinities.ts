import { FermentError } from '../../kit/index.ts';
import { forEachDistanceRow } from './distances.ts';
import type { Matrix } from './matrix.ts';
import { type NeighbourOptions, nearestNeighbours } from './neighbours.ts';
import { sharedFloats, sharedIntegers } from './team.ts';

/** What t-SNE preserves: P = (p(j|i) + p(i|j)) / 2n, symmetric, with sum 1, in compressed rows. */
export interface Affinities {
  readonly n: number;
  /** Row i lies from starts[i] to starts[i + 1]. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  /** 1 / (2 sigma^2) of each point's Gaussian. */
  readonly betas: Float64Array;
  /** True when all pairs are in it, not the neighbours only. */
  readonly complete: boolean;
}

/** Bisection never needs as many; Newton's step takes about six. */
const MAX_STEPS = 200;
const ENTROPY_TOLERANCE = 1e-12;

/**
 * Writes p(j|i) for these squared distances to `out`: a Gaussian whose entropy is ln(perplexity), and returns its
 * beta = 1 / (2 sigma^2). `out` may be `distances` itself.
 */
export function conditionalRow(distances: Float64Array, perplexity: number, out: Float64Array): number {
  const n = distances.length;
  let nearest = Number.POSITIVE_INFINITY;
  let total = 0;
  for (let j = 0; j < n; j++) {
    nearest = Math.min(nearest, distances[j] ?? 0);
    total += distances[j] ?? 0;
  }
  const beta = findBeta(distances, nearest, total / n - nearest, Math.log(perplexity));
  let sum = 0;
  for (let j = 0; j < n; j++) {
    const p = Math.exp(-beta * ((distances[j] ?? 0) - nearest));
    out[j] = p;
    sum += p;
  }
  for (let j = 0; j < n; j++) out[j] = (out[j] ?? 0) / sum;
  return beta;
}

/** Newton's method on the entropy, kept in a bracket; `spread` is the mean distance beyond the nearest. */
function findBeta(distances: Float64Array, nearest: number, spread: number, entropyWanted: number): number {
  // Equal distances have one distribution for every beta.
  if (spread <= 0) return 1;
  let beta = 1 / spread;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { entropy, variance } = moments(distances, nearest, beta);
    const excess = entropy - entropyWanted;
    if (Math.abs(excess) < ENTROPY_TOLERANCE) break;
    if (excess > 0) low = beta;
    else high = beta;
    beta = nextBeta(low, high, beta + excess / (beta * variance));
    if (high - low <= Number.EPSILON * low) break;
  }
  return beta;
}

/** dH/dbeta = -beta Var(d) gives Newton's step; outside the bracket, or where that is flat, bisect. */
function nextBeta(low: number, high: number, newton: number): number {
  if (newton > low && newton < high) return newton;
  return high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
}

/** Entropy in nats of the distribution at this beta, and the variance of the distance under it. */
function moments(
  distances: Float64Array,
  nearest: number,
  beta: number,
): { readonly entropy: number; readonly variance: number } {
  let mass = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j < distances.length; j++) {
    const d = (distances[j] ?? 0) - nearest;
    const p = Math.exp(-beta * d);
    mass += p;
    first += p * d;
    second += p * d * d;
  }
  const mean = first / mass;
  return { entropy: Math.log(mass) + beta * mean, variance: second / mass - mean * mean };
}

/**
 * Affinities of all pairs: n^2 numbers. Throws BAD_PARAMS unless 1 < perplexity < n - 1.
 */
export function exactAffinities(x: Matrix, perplexity: number): Affinities {
  const n = x.rows;
  checkPerplexity(n, perplexity);
  const columns = new Int32Array(n * (n - 1));
  const conditional = new Float64Array(n * (n - 1));
  const betas = new Float64Array(n);
  forEachDistanceRow(x, (i, distances) => {
    const row = conditional.subarray(i * (n - 1), (i + 1) * (n - 1));
    row.set(distances.subarray(0, i));
    row.set(distances.subarray(i + 1), i);
    betas[i] = conditionalRow(row, perplexity, row);
    for (let j = 0; j < n - 1; j++) columns[i * (n - 1) + j] = j < i ? j : j + 1;
  });
  const values = new Float64Array(n * (n - 1));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const at = i * (n - 1) + j;
      const mirrored = j * (n - 1) + i - 1;
      const joint = ((conditional[at] ?? 0) + (conditional[mirrored] ?? 0)) / (2 * n);
      values[at] = joint;
      values[mirrored] = joint;
    }
  }
  const starts = Int32Array.from({ length: n + 1 }, (_, i) => i * (n - 1));
  return { n, starts, columns, values, betas, complete: true };
}

/**
 * Affinities of each point with its 3 x perplexity nearest neighbours (van der Maaten 2014); the others, next to
 * nothing, count as 0. Throws BAD_PARAMS unless 1 < perplexity < n - 1.
 */
export function neighbourAffinities(
  x: Matrix,
  perplexity: number,
  options: NeighbourOptions = {},
): Affinities {
  const n = x.rows;
  checkPerplexity(n, perplexity);
  const k = Math.min(n - 1, Math.floor(3 * perplexity + 1));
  const near = nearestNeighbours(x, k, options);
  const betas = new Float64Array(n);
  const conditional = near.distances;
  for (let i = 0; i < n; i++) {
    const row = conditional.subarray(i * k, (i + 1) * k);
    betas[i] = conditionalRow(row, perplexity, row);
  }
  return { n, betas, complete: k === n - 1, ...symmetric(near.indices, conditional, n, k) };
}

/** Sparse rows: row i lies from starts[i] to starts[i + 1]. */
type Rows = Pick<Affinities, 'starts' | 'columns' | 'values'>;

/** (C + C') / 2n of sparse rows with k entries each. */
function symmetric(indices: Int32Array, conditional: Float64Array, n: number, k: number): Rows {
  const starts = Int32Array.from({ length: n + 1 }, (_, i) => i * k);
  const mirrored = transpose({ starts, columns: indices, values: conditional }, n);
  // Turned twice, the rows have their columns in order.
  const rows = transpose(mirrored, n);
  const sums: Rows = {
    starts: sharedIntegers(n + 1),
    columns: new Int32Array(2 * n * k),
    values: new Float64Array(2 * n * k),
  };
  // Where in the sums column j stands, in the row that was written last.
  const places = new Int32Array(n).fill(-1);
  let size = 0;
  const add = (column: number, value: number, rowStart: number): void => {
    const known = places[column] ?? -1;
    const place = known >= rowStart ? known : size++;
    places[column] = place;
    sums.columns[place] = column;
    sums.values[place] = (sums.values[place] ?? 0) + value / (2 * n);
  };
  for (let i = 0; i < n; i++) {
    const rowStart = size;
    for (const { starts: from, columns, values } of [rows, mirrored])
      for (let at = from[i] ?? 0; at < (from[i + 1] ?? 0); at++)
        add(columns[at] ?? 0, values[at] ?? 0, rowStart);
    sums.starts[i + 1] = size;
  }
  const columns = sharedIntegers(size);
  columns.set(sums.columns.subarray(0, size));
  const values = sharedFloats(size);
  values.set(sums.values.subarray(0, size));
  return { starts: sums.starts, columns, values };
}

function transpose({ starts, columns, values }: Rows, n: number): Rows {
  const next = new Int32Array(n + 1);
  for (const column of columns) next[column + 1] = (next[column + 1] ?? 0) + 1;
  for (let i = 0; i < n; i++) next[i + 1] = (next[i + 1] ?? 0) + (next[i] ?? 0);
  const turned: Rows = {
    starts: next.slice(),
    columns: new Int32Array(columns.length),
    values: new Float64Array(values.length),
  };
  for (let i = 0; i < n; i++) {
    for (let at = starts[i] ?? 0; at < (starts[i + 1] ?? 0); at++) {
      const column = columns[at] ?? 0;
      const place = next[column] ?? 0;
      next[column] = place + 1;
      turned.columns[place] = i;
      turned.values[place] = values[at] ?? 0;
    }
  }
  return turned;
}

function checkPerplexity(n: number, perplexity: number): void {
  if (perplexity > 1 && perplexity < n - 1) return;
  throw new FermentError(
    'BAD_PARAMS',
    `Expected a perplexity above 1 and below the number of points less one (${n - 1}). Received: ${perplexity}.`,
    { hint: 'Lower tsne.perplexity, or embed more points (tsne.points).' },
  );
}
