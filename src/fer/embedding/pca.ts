import { FermentError } from '../../kit/index.ts';
import { BLOCK, largestEigenpairs } from './krylov.ts';
import { addScaled, dot, type Matrix } from './matrix.ts';
import { type Eigen, symmetricEigen } from './symmetric-eigen.ts';

/** Principal components, the strongest first. */
export interface Pca {
  /** The points in the space of the components, `[rows, count]`. */
  readonly scores: Matrix;
  /** Unit vectors, `[count, columns]`; the entry that is largest in size is positive. */
  readonly components: Matrix;
  readonly mean: Float64Array;
  /** Of the centred matrix. */
  readonly singularValues: Float64Array;
  /** Variance along each component, with rows - 1 in the denominator. */
  readonly explainedVariance: Float64Array;
  /** The same as a share of all variance; zeros when the points are all equal. */
  readonly explainedVarianceRatio: Float64Array;
}

/** Below this width all eigenvectors of the covariance are cheaper than an iteration. */
const DENSE_COLUMNS = 300;
const TOLERANCE = 1e-5;

/**
 * The first `count` principal components. Up to 300 columns by the whole eigen decomposition of the covariance,
 * above by block Lanczos on the centred matrix, whose singular values are then right to 5e-6 relative.
 * Throws BAD_ARRAY for fewer than 2 rows or more components than rows or columns.
 */
export function pca(x: Matrix, count: number, options: { readonly seed: number }): Pca {
  const { rows, columns } = x;
  if (rows < 2 || count < 1 || count > Math.min(rows, columns)) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected at least 2 points, and 1 to min(points, width) components. Received: ${rows} points of width ${columns}, ${count} components.`,
    );
  }
  const mean = columnMeans(x);
  const centred = centre(x, mean);
  const eigen =
    columns <= DENSE_COLUMNS
      ? symmetricEigen(scatter(centred), columns)
      : largestEigenpairs((block) => applyScatter(centred, block), columns, count, {
          tolerance: TOLERANCE,
          seed: options.seed,
        });
  return assemble(centred, mean, eigen, count);
}

function assemble(centred: Matrix, mean: Float64Array, eigen: Eigen, count: number): Pca {
  const { rows, columns } = centred;
  const components = eigen.vectors.slice(0, count * columns);
  for (let k = 0; k < count; k++) fixSign(components.subarray(k * columns, (k + 1) * columns));
  // Rounding can leave a zero eigenvalue slightly below zero.
  const squares = eigen.values.slice(0, count).map((v) => Math.max(v, 0));
  const total = dot(centred.data, 0, centred.data, 0, centred.data.length);
  return {
    scores: project(centred, components, count),
    components: { data: components, rows: count, columns },
    mean,
    singularValues: squares.map(Math.sqrt),
    explainedVariance: squares.map((v) => v / (rows - 1)),
    explainedVarianceRatio: squares.map((v) => (total === 0 ? 0 : v / total)),
  };
}

/** The points in the space of the components, BLOCK components in each pass over the points. */
function project(centred: Matrix, components: Float64Array, count: number): Matrix {
  const { data, rows, columns } = centred;
  const scores = new Float64Array(rows * count);
  const products = new Float64Array(BLOCK);
  for (let first = 0; first < count; first += BLOCK) {
    const width = Math.min(BLOCK, count - first);
    const block = new Float64Array(columns * BLOCK);
    for (let k = 0; k < width; k++) {
      for (let j = 0; j < columns; j++) block[j * BLOCK + k] = components[(first + k) * columns + j] ?? 0;
    }
    for (let i = 0; i < rows; i++) {
      multiplyRow(data, i * columns, columns, block, products);
      scores.set(products.subarray(0, width), i * count + first);
    }
  }
  return { data: scores, rows, columns: count };
}

function columnMeans(x: Matrix): Float64Array {
  // Points that are all equal have this mean exactly, and so no variance; their sum would round.
  if (x.data.every((v, at) => v === x.data[at % x.columns])) return x.data.slice(0, x.columns);
  const mean = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) addScaled(mean, 0, 1, x.data, i * x.columns, x.columns);
  return mean.map((v) => v / x.rows);
}

function centre(x: Matrix, mean: Float64Array): Matrix {
  const data = x.data.slice();
  for (let i = 0; i < x.rows; i++) addScaled(data, i * x.columns, -1, mean, 0, x.columns);
  return { data, rows: x.rows, columns: x.columns };
}

/** X'X, row-major `[columns, columns]`. */
function scatter(x: Matrix): Float64Array {
  const { data, rows, columns } = x;
  const out = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    const row = i * columns;
    for (let j = 0; j < columns; j++) addScaled(out, j * columns, data[row + j] ?? 0, data, row, j + 1);
  }
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k < j; k++) out[k * columns + j] = out[j * columns + k] ?? 0;
  }
  return out;
}

/** X'(X v) for BLOCK vectors in one pass over X: a row is still in the cache when it is used again. */
function applyScatter(x: Matrix, block: Float64Array): Float64Array {
  const out = new Float64Array(block.length);
  const products = new Float64Array(BLOCK);
  for (let i = 0; i < x.rows; i++) {
    multiplyRow(x.data, i * x.columns, x.columns, block, products);
    spreadRow(x.data, i * x.columns, x.columns, products, out);
  }
  return out;
}

/** products := row · block, the BLOCK columns unrolled so that the sums stay in registers. */
function multiplyRow(
  x: Float64Array,
  start: number,
  columns: number,
  block: Float64Array,
  products: Float64Array,
): void {
  let [p0, p1, p2, p3, p4, p5, p6, p7] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0, b = 0; j < columns; j++, b += BLOCK) {
    const value = x[start + j] ?? 0;
    p0 += value * (block[b] ?? 0);
    p1 += value * (block[b + 1] ?? 0);
    p2 += value * (block[b + 2] ?? 0);
    p3 += value * (block[b + 3] ?? 0);
    p4 += value * (block[b + 4] ?? 0);
    p5 += value * (block[b + 5] ?? 0);
    p6 += value * (block[b + 6] ?? 0);
    p7 += value * (block[b + 7] ?? 0);
  }
  products.set([p0, p1, p2, p3, p4, p5, p6, p7]);
}

/** out += row' ⊗ products. */
function spreadRow(
  x: Float64Array,
  start: number,
  columns: number,
  products: Float64Array,
  out: Float64Array,
): void {
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0, p7 = 0] = products;
  for (let j = 0, b = 0; j < columns; j++, b += BLOCK) {
    const value = x[start + j] ?? 0;
    out[b] = (out[b] ?? 0) + value * p0;
    out[b + 1] = (out[b + 1] ?? 0) + value * p1;
    out[b + 2] = (out[b + 2] ?? 0) + value * p2;
    out[b + 3] = (out[b + 3] ?? 0) + value * p3;
    out[b + 4] = (out[b + 4] ?? 0) + value * p4;
    out[b + 5] = (out[b + 5] ?? 0) + value * p5;
    out[b + 6] = (out[b + 6] ?? 0) + value * p6;
    out[b + 7] = (out[b + 7] ?? 0) + value * p7;
  }
}

/** The sign of a component is free; this choice makes equal input give equal output. */
function fixSign(component: Float64Array): void {
  let largest = 0;
  for (const value of component) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let i = 0; i < component.length; i++) component[i] = -(component[i] ?? 0);
}
