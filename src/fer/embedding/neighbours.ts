import { FermentError } from '../../kit/index.ts';
import { forEachDistanceRow } from './distances.ts';
import type { Matrix } from './matrix.ts';

/** The k nearest other points of every point, nearest first; of equally near ones the lower number comes first. */
export interface Neighbours {
  readonly k: number;
  /** `[n, k]` */
  readonly indices: Int32Array;
  /** Squared Euclidean, `[n, k]`. */
  readonly distances: Float64Array;
}

/**
 * Exact nearest neighbours by looking at all pairs: at the sizes of the study (7,178 x 50) that is about two
 * seconds, and no tree helps in 50 dimensions. Throws BAD_ARRAY unless 1 <= k < n.
 */
export function nearestNeighbours(x: Matrix, k: number): Neighbours {
  const n = x.rows;
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new FermentError('BAD_ARRAY', `Expected 1 to ${n - 1} neighbours for ${n} points. Received: ${k}.`);
  }
  const indices = new Int32Array(n * k);
  const distances = new Float64Array(n * k);
  const heap: Heap = { distances: new Float64Array(k), indices: new Int32Array(k), size: 0 };
  forEachDistanceRow(x, (i, row) => {
    heap.size = 0;
    selectNearest(row, i, heap, k);
    for (let slot = heap.size - 1; slot >= 0; slot--) {
      indices[i * k + slot] = heap.indices[0] ?? 0;
      distances[i * k + slot] = heap.distances[0] ?? 0;
      dropFarthest(heap);
    }
  });
  return { k, indices, distances };
}

/** A binary heap with the farthest candidate on top. */
interface Heap {
  readonly distances: Float64Array;
  readonly indices: Int32Array;
  size: number;
}

function selectNearest(row: Float64Array, self: number, heap: Heap, k: number): void {
  let farthest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < row.length; j++) {
    const distance = row[j] ?? 0;
    // A later point at the same distance has a higher number, so it never displaces one.
    if ((heap.size === k && distance >= farthest) || j === self) continue;
    if (heap.size < k) siftUp(heap, distance, j);
    else siftDown(heap, distance, j);
    farthest = heap.distances[0] ?? 0;
  }
}

function dropFarthest(heap: Heap): void {
  heap.size--;
  if (heap.size > 0) siftDown(heap, heap.distances[heap.size] ?? 0, heap.indices[heap.size] ?? 0);
}

function siftUp(heap: Heap, distance: number, index: number): void {
  let slot = heap.size++;
  while (slot > 0) {
    const parent = (slot - 1) >> 1;
    if (!isFarther(distance, index, heap.distances[parent] ?? 0, heap.indices[parent] ?? 0)) break;
    move(heap, parent, slot);
    slot = parent;
  }
  heap.distances[slot] = distance;
  heap.indices[slot] = index;
}

/** Replaces the top. */
function siftDown(heap: Heap, distance: number, index: number): void {
  let slot = 0;
  for (;;) {
    let child = 2 * slot + 1;
    if (child >= heap.size) break;
    if (child + 1 < heap.size && isFartherSlot(heap, child + 1, child)) child++;
    if (!isFarther(heap.distances[child] ?? 0, heap.indices[child] ?? 0, distance, index)) break;
    move(heap, child, slot);
    slot = child;
  }
  heap.distances[slot] = distance;
  heap.indices[slot] = index;
}

function move(heap: Heap, from: number, to: number): void {
  heap.distances[to] = heap.distances[from] ?? 0;
  heap.indices[to] = heap.indices[from] ?? 0;
}

function isFartherSlot(heap: Heap, a: number, b: number): boolean {
  return isFarther(
    heap.distances[a] ?? 0,
    heap.indices[a] ?? 0,
    heap.distances[b] ?? 0,
    heap.indices[b] ?? 0,
  );
}

function isFarther(distanceA: number, indexA: number, distanceB: number, indexB: number): boolean {
  return distanceA > distanceB || (distanceA === distanceB && indexA > indexB);
}
