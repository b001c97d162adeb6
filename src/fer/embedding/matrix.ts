import { FermentError } from '../../kit/index.ts';

/** Numbers in rows, one row a point: row-major `[rows, columns]`, float64. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A matrix from any array of numbers, copied to float64.
 * Throws BAD_ARRAY when the length does not fit or a number is not finite.
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
  return { data, rows, columns };
}

/** The inner product of two vectors that start at these places. */
export function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return total;
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
