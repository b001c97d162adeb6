import { FermentError } from '../../kit/index.ts';
import { approximateNeighbours } from './approximate-neighbours.ts';
import { fillDistanceRows, ROW_BLOCK } from './distances.ts';
import type { Matrix } from './matrix.ts';
import { type HeapKernels, NEAREST, type NearestHeap } from './nearest-heap.ts';
import { createTeam, sharedFloats, sharedIntegers, sharedMatrix } from './team.ts';

/** The k nearest other points of every point, nearest first; of equally near ones the lower number comes first. */
export interface Neighbours {
  readonly k: number;
  /** `[n, k]` */
  readonly indices: Int32Array;
  /** Squared Euclidean, `[n, k]`. */
  readonly distances: Float64Array;
}

export interface NeighbourOptions {
  /**
   * `exact` looks at all pairs: no tree helps in 50 dimensions. `approximate` misses one or two neighbours in a
   * hundred, in time that grows with n log n. `auto`: exact up to 10,000 points. Default: exact.
   */
  readonly search?: 'auto' | 'exact' | 'approximate';
  /** Of the approximate search. */
  readonly seed?: number;
  /** Default: 1. The result is the same for any number. */
  readonly threads?: number;
}

const EXACT_POINTS = 10_000;
const MAX_PIECES = 1024;

/** Nearest neighbours by Euclidean distance. Throws BAD_ARRAY unless 1 <= k < n. */
export function nearestNeighbours(x: Matrix, k: number, options: NeighbourOptions = {}): Neighbours {
  const n = x.rows;
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new FermentError('BAD_ARRAY', `Expected 1 to ${n - 1} neighbours for ${n} points. Received: ${k}.`);
  }
  const { search = 'exact', seed = 0, threads = 1 } = options;
  if (search === 'approximate' || (search === 'auto' && n > EXACT_POINTS))
    return approximateNeighbours(x, k, { seed, threads });
  return exactNeighbours(x, k, threads);
}

interface Shared {
  readonly x: Matrix;
  readonly k: number;
  readonly pieces: number;
  /** Rows in one pass of `fill`. */
  readonly block: number;
  readonly indices: Int32Array;
  readonly distances: Float64Array;
}

interface Kernels extends HeapKernels {
  /** Squared distances of the rows from `first` on to all points. */
  readonly fill: (x: Matrix, first: number, rows: readonly Float64Array[]) => void;
}

function exactNeighbours(x: Matrix, k: number, threads: number): Neighbours {
  const indices = sharedIntegers(x.rows * k);
  const distances = sharedFloats(x.rows * k);
  const pieces = Math.min(MAX_PIECES, Math.ceil(x.rows / 16));
  const shared: Shared = { x: sharedMatrix(x, threads), k, pieces, block: ROW_BLOCK, indices, distances };
  const kernels: Kernels = { ...NEAREST.kernels, fill: fillDistanceRows(x) };
  const team = createTeam(
    { entry: startRows, kernels, helpers: [...NEAREST.helpers, offerRow] },
    shared,
    threads,
  );
  try {
    team.run(pieces);
  } finally {
    team.close();
  }
  return { k, indices, distances };
}

function startRows({ x, k, pieces, block, indices, distances }: Shared, kernels: Kernels) {
  const { createHeap, fill, offer, drain } = kernels;
  const heap = createHeap(k);
  const rows = Array.from({ length: block }, () => new Float64Array(x.rows));
  return (piece: number): void => {
    const end = Math.floor(((piece + 1) * x.rows) / pieces);
    for (let first = Math.floor((piece * x.rows) / pieces); first < end; first += block) {
      fill(x, first, rows);
      for (let i = first; i < Math.min(first + block, end); i++) {
        offerRow(offer, heap, rows[i - first], i);
        drain(heap, indices, distances, i * k);
      }
    }
  };
}

function offerRow(
  offer: Kernels['offer'],
  heap: NearestHeap,
  row: Float64Array | undefined,
  self: number,
): void {
  if (row === undefined) return;
  let farthest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < row.length; j++) {
    const distance = row[j] ?? 0;
    if (distance > farthest || j === self) continue;
    offer(heap, distance, j);
    if (heap.size === heap.indices.length) farthest = heap.distances[0] ?? 0;
  }
}
