/** A binary heap of candidates with the farthest on top; of equally far ones the one of the higher number. */
export interface NearestHeap {
  readonly distances: Float64Array;
  readonly indices: Int32Array;
  /** At most as many as there are places. */
  size: number;
}

/** What keeps the nearest of many, for a `Task`. */
export const NEAREST = {
  kernels: { createHeap, offer, drain },
  helpers: [siftUp, siftDown, fartherChild, isFarther],
} as const;

export type HeapKernels = (typeof NEAREST)['kernels'];

function createHeap(k: number): NearestHeap {
  return { distances: new Float64Array(k), indices: new Int32Array(k), size: 0 };
}

/** Takes a candidate that is nearer than one of those in the heap, or when there is room. */
function offer(heap: NearestHeap, distance: number, index: number): void {
  if (heap.size < heap.indices.length) siftUp(heap, distance, index);
  else if (isFarther(heap.distances[0] ?? 0, heap.indices[0] ?? 0, distance, index))
    siftDown(heap, distance, index);
}

/** Empties the heap into rows that start at `at`, nearest first. */
function drain(heap: NearestHeap, indices: Int32Array, distances: Float64Array, at: number): void {
  for (let slot = heap.size - 1; slot >= 0; slot--) {
    indices[at + slot] = heap.indices[0] ?? 0;
    distances[at + slot] = heap.distances[0] ?? 0;
    heap.size--;
    if (heap.size > 0) siftDown(heap, heap.distances[heap.size] ?? 0, heap.indices[heap.size] ?? 0);
  }
}

function siftUp(heap: NearestHeap, distance: number, index: number): void {
  const { distances, indices } = heap;
  let slot = heap.size++;
  while (slot > 0) {
    const parent = (slot - 1) >> 1;
    if (!isFarther(distance, index, distances[parent] ?? 0, indices[parent] ?? 0)) break;
    distances[slot] = distances[parent] ?? 0;
    indices[slot] = indices[parent] ?? 0;
    slot = parent;
  }
  distances[slot] = distance;
  indices[slot] = index;
}

/** Replaces the top. */
function siftDown(heap: NearestHeap, distance: number, index: number): void {
  const { distances, indices, size } = heap;
  let slot = 0;
  for (;;) {
    const child = fartherChild(heap, slot);
    if (child >= size) break;
    if (!isFarther(distances[child] ?? 0, indices[child] ?? 0, distance, index)) break;
    distances[slot] = distances[child] ?? 0;
    indices[slot] = indices[child] ?? 0;
    slot = child;
  }
  distances[slot] = distance;
  indices[slot] = index;
}

/** Of the two children of a slot; the left one where there is no right one. */
function fartherChild({ distances, indices, size }: NearestHeap, slot: number): number {
  const left = 2 * slot + 1;
  const right = left + 1;
  if (right >= size) return left;
  const isRight = isFarther(
    distances[right] ?? 0,
    indices[right] ?? 0,
    distances[left] ?? 0,
    indices[left] ?? 0,
  );
  return isRight ? right : left;
}

function isFarther(distanceA: number, indexA: number, distanceB: number, indexB: number): boolean {
  return distanceA > distanceB || (distanceA === distanceB && indexA > indexB);
}
