import { FermentError } from '../../kit/index.ts';

/** Numbers in rows, one row a point: row-major `[rows, columns]`, float64. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Fourth powers are taken on the way, sums of them too; beyond, they end as infinity, and below 1 / MOST_SIZE as 0. */
const MOST_SIZE = 1e60;

/**
 * A matrix from any array of numbers, copied to float64.
 * Throws BAD_ARRAY when the length does not fit, a number is not finite or above 1e60 in size, or all are below 1e-60.
 */
export function matrixOf(values: ArrayLike<number>, rows: number, columns: number): Matrix {
  if (rows < 1 || columns < 1 || values.length !== rows * columns) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected ${rows} x ${columns} numbers, at least one. Received: ${values.length} numbers.`,
    );
  }
  const data = new Float64Array(values);
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected finite numbers. Received: ${data[bad]} in row ${Math.floor(bad / columns)}, column ${bad % columns}.`,
    );
  }
  checkSize(data);
  return { data, rows, columns };
}

function checkSize(data: Float64Array): void {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  if (largest === 0 || (largest <= MOST_SIZE && largest >= 1 / MOST_SIZE)) return;
  throw new FermentError(
    'BAD_ARRAY',
    `Expected numbers whose largest is from 1e-60 to 1e60 in size. Received: ${largest}.`,
    { hint: 'Multiply all of them by one factor: the map stays the same.' },
  );
}

/** The inner product of two vectors that start at these places. Four sums, so that no addition waits for the last. */
export function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
    s1 += (a[aStart + i + 1] ?? 0) * (b[bStart + i + 1] ?? 0);
    s2 += (a[aStart + i + 2] ?? 0) * (b[bStart + i + 2] ?? 0);
    s3 += (a[aStart + i + 3] ?? 0) * (b[bStart + i + 3] ?? 0);
  }
  for (; i < n; i++) s0 += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return s0 + s1 + (s2 + s3);
}

/** `y += factor * x`, for vectors that start at these places. */
export function addScaled(
  y: Float64Array,
  yStart: number,
  factor: number,
  x: Float64Array,
  xStart: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) y[yStart + i] = (y[yStart + i] ?? 0) + factor * (x[xStart + i] ?? 0);
}
