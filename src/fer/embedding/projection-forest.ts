import type { Random } from '../../kit/index.ts';
import { dot, type Matrix } from './matrix.ts';

/** Divides the points in halves by their projections on the line through two of them, down to leaves. */
export function growTree(
  x: Matrix,
  tree: number,
  leafPoints: number,
  random: Random,
  order: Int32Array,
  leaves: Int32Array,
): void {
  const n = x.rows;
  const d = x.columns;
  const own = order.subarray(tree * n, (tree + 1) * n);
  for (let i = 0; i < n; i++) own[i] = i;
  const line = new Float64Array(d);
  const along = new Float64Array(n);
  const divide = (start: number, end: number): void => {
    if (end - start <= leafPoints) {
      for (let at = start; at < end; at++) {
        const slot = 2 * (tree * n + (own[at] ?? 0));
        leaves[slot] = tree * n + start;
        leaves[slot + 1] = tree * n + end;
      }
      return;
    }
    const a = d * (own[start + random.below(end - start)] ?? 0);
    const b = d * (own[start + random.below(end - start)] ?? 0);
    for (let j = 0; j < d; j++) line[j] = (x.data[a + j] ?? 0) - (x.data[b + j] ?? 0);
    for (let at = start; at < end; at++) along[at] = dot(x.data, d * (own[at] ?? 0), line, 0, d);
    const middle = (start + end) >> 1;
    selectMiddle(along, own, start, end - 1, middle);
    divide(start, middle);
    divide(middle, end);
  };
  divide(0, n);
}

/** Hoare's selection: what is smaller than the value at `middle` comes before it, with its point. */
function selectMiddle(
  values: Float64Array,
  points: Int32Array,
  first: number,
  last: number,
  middle: number,
): void {
  let low = first;
  let high = last;
  while (low < high) {
    const [end, start] = partition(values, points, low, high);
    if (middle <= end) high = end;
    else if (middle >= start) low = start;
    else return;
  }
}

/** Up to the first place returned nothing is greater than a pivot, from the second on nothing is smaller. */
function partition(
  values: Float64Array,
  points: Int32Array,
  low: number,
  high: number,
): readonly [number, number] {
  const pivot = values[(low + high) >> 1] ?? 0;
  let i = low;
  let j = high;
  for (;;) {
    while ((values[i] ?? pivot) < pivot) i++;
    while ((values[j] ?? pivot) > pivot) j--;
    if (i > j) return [j, i];
    swap(values, i, j);
    swap(points, i, j);
    i++;
    j--;
  }
}

function swap(array: Float64Array | Int32Array, i: number, j: number): void {
  const kept = array[i] ?? 0;
  array[i] = array[j] ?? 0;
  array[j] = kept;
}
