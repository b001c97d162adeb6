import type { Matrix } from './matrix.ts';

/** Rows whose distances are computed in one pass over the points. */
const ROW_BLOCK = 4;

/**
 * Calls `use` for every point with its squared Euclidean distances to all points (`distances[i]` is 0 for itself),
 * in the order of the points. The array is reused: take what you need before returning.
 */
export function forEachDistanceRow(x: Matrix, use: (i: number, distances: Float64Array) => void): void {
  const rows = Array.from({ length: ROW_BLOCK }, () => new Float64Array(x.rows));
  for (let first = 0; first < x.rows; first += ROW_BLOCK) {
    if (x.columns === 2) planarRows(x, first, rows);
    else squaredDistanceRows(x, first, rows);
    for (let k = 0; k < Math.min(ROW_BLOCK, x.rows - first); k++) {
      const row = rows[k];
      if (row !== undefined) use(first + k, row);
    }
  }
}

/** Four rows at a time, so that a point is loaded once for four differences. */
function squaredDistanceRows(x: Matrix, first: number, rows: readonly Float64Array[]): void {
  const { data, columns } = x;
  const starts = rows.map((_, k) => Math.min(first + k, x.rows - 1) * columns);
  const [a = 0, b = 0, c = 0, d = 0] = starts;
  const [rowA, rowB, rowC, rowD] = rows;
  if (rowA === undefined || rowB === undefined || rowC === undefined || rowD === undefined) return;
  for (let j = 0, at = 0; j < x.rows; j++, at += columns) {
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let k = 0; k < columns; k++) {
      const value = data[at + k] ?? 0;
      const toA = value - (data[a + k] ?? 0);
      const toB = value - (data[b + k] ?? 0);
      const toC = value - (data[c + k] ?? 0);
      const toD = value - (data[d + k] ?? 0);
      sumA += toA * toA;
      sumB += toB * toB;
      sumC += toC * toC;
      sumD += toD * toD;
    }
    rowA[j] = sumA;
    rowB[j] = sumB;
    rowC[j] = sumC;
    rowD[j] = sumD;
  }
}

/** The same for points in a plane, where the inner loop above would be all overhead. */
function planarRows(x: Matrix, first: number, rows: readonly Float64Array[]): void {
  const { data } = x;
  rows.forEach((row, k) => {
    const i = 2 * Math.min(first + k, x.rows - 1);
    const px = data[i] ?? 0;
    const py = data[i + 1] ?? 0;
    for (let j = 0; j < row.length; j++) {
      const dx = (data[2 * j] ?? 0) - px;
      const dy = (data[2 * j + 1] ?? 0) - py;
      row[j] = dx * dx + dy * dy;
    }
  });
}
