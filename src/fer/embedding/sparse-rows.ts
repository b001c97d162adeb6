import { sharedFloats, sharedIntegers } from './team.ts';

/** A sparse matrix in compressed rows. */
export interface SparseRows {
  /** Row i lies from starts[i] to starts[i + 1]. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** (C + C') / 2n of sparse rows with k entries each. */
export function symmetric(indices: Int32Array, conditional: Float64Array, n: number, k: number): SparseRows {
  const starts = Int32Array.from({ length: n + 1 }, (_, i) => i * k);
  const mirrored = transpose({ starts, columns: indices, values: conditional }, n);
  // Turned twice, the rows have their columns in order.
  const rows = transpose(mirrored, n);
  const sums: SparseRows = {
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

function transpose({ starts, columns, values }: SparseRows, n: number): SparseRows {
  const next = new Int32Array(n + 1);
  for (const column of columns) next[column + 1] = (next[column + 1] ?? 0) + 1;
  for (let i = 0; i < n; i++) next[i + 1] = (next[i + 1] ?? 0) + (next[i] ?? 0);
  const turned: SparseRows = {
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
