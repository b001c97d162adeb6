import type { Matrix } from './matrix.ts';

/** Rows whose distances are computed in one pass over the points. */
export const ROW_BLOCK = 4;

/**
 * Calls `use` for every point with its squared Euclidean distances to all points (`distances[i]` is 0 for itself),
 * in the order of the points. The array is reused: take what you need before returning.
 */
export function forEachDistanceRow(x: Matrix, use: (i: number, distances: Float64Array) => void): void {
  const rows = Array.from({ length: ROW_BLOCK }, () => new Float64Array(x.rows));
  const fill = fillDistanceRows(x);
  for (let first = 0; first < x.rows; first += ROW_BLOCK) {
    fill(x, first, rows);
    for (let k = 0; k < Math.min(ROW_BLOCK, x.rows - first); k++) {
      const row = rows[k];
      if (row !== undefined) use(first + k, row);
    }
  }
}

/** What fills ROW_BLOCK rows of distances; it calls nothing, so it can be a kernel of a `Task`. */
export function fillDistanceRows(
  x: Matrix,
): (x: Matrix, first: number, rows: readonly Float64Array[]) => void {
  return x.columns === 2 ? planarRows : squaredDistanceRows;
}

/** Four rows by two points at a time: six loads serve eight differences, and no sum waits for another. */
function squaredDistanceRows(x: Matrix, first: number, rows: readonly Float64Array[]): void {
  const { data, columns } = x;
  const last = x.rows - 1;
  const [rowA, rowB, rowC, rowD] = rows;
  if (rowA === undefined || rowB === undefined || rowC === undefined || rowD === undefined) return;
  const a = first * columns;
  const b = Math.min(first + 1, last) * columns;
  const c = Math.min(first + 2, last) * columns;
  const d = Math.min(first + 3, last) * columns;
  for (let pair = 0; pair < x.rows; pair += 2) {
    // An odd point at the end makes a pair with the one before it, which is computed again.
    const j = Math.max(0, Math.min(pair, last - 1));
    const left = j * columns;
    const right = Math.min(j + 1, last) * columns;
    let [leftA, leftB, leftC, leftD, rightA, rightB, rightC, rightD] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let k = 0; k < columns; k++) {
      const l = data[left + k] ?? 0;
      const r = data[right + k] ?? 0;
      const atA = data[a + k] ?? 0;
      const atB = data[b + k] ?? 0;
      const atC = data[c + k] ?? 0;
      const atD = data[d + k] ?? 0;
      leftA += (l - atA) * (l - atA);
      rightA += (r - atA) * (r - atA);
      leftB += (l - atB) * (l - atB);
      rightB += (r - atB) * (r - atB);
      leftC += (l - atC) * (l - atC);
      rightC += (r - atC) * (r - atC);
      leftD += (l - atD) * (l - atD);
      rightD += (r - atD) * (r - atD);
    }
    rowA[j] = leftA;
    rowB[j] = leftB;
    rowC[j] = leftC;
    rowD[j] = leftD;
    if (j === last) continue;
    rowA[j + 1] = rightA;
    rowB[j + 1] = rightB;
    rowC[j + 1] = rightC;
    rowD[j + 1] = rightD;
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
