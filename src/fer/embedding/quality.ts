import { createRandom, FermentError } from '../../kit/index.ts';
import { forEachDistanceRow } from './distances.ts';
import type { Matrix } from './matrix.ts';
import { nearestNeighbours } from './neighbours.ts';

/**
 * How far neighbours in the map are neighbours in truth, 0 to 1 (Venna and Kaski 2001): each of the k nearest in the
 * map costs its rank among the neighbours in `x` beyond k. Random maps give about 0.5.
 * Throws BAD_ARRAY unless 1 <= k < n / 2 and both have as many rows.
 */
export function trustworthiness(x: Matrix, map: Matrix, k: number): number {
  const n = x.rows;
  checkRows(n, map.rows);
  if (!Number.isInteger(k) || k < 1 || k >= n / 2) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected 1 or more neighbours, fewer than half of the ${n} points. Received: ${k}.`,
    );
  }
  const near = nearestNeighbours(map, k).indices;
  let penalty = 0;
  forEachDistanceRow(x, (i, distances) => {
    for (let slot = 0; slot < k; slot++) {
      penalty += Math.max(0, rankOf(distances, i, near[i * k + slot] ?? 0) - k);
    }
  });
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1));
}

/** Place of point j among the neighbours of point i, from 1; of equally near ones the lower number comes first. */
function rankOf(distances: Float64Array, i: number, j: number): number {
  const own = distances[j] ?? 0;
  let rank = 1;
  for (let other = 0; other < j; other++) if ((distances[other] ?? 0) <= own) rank++;
  for (let other = j + 1; other < distances.length; other++) if ((distances[other] ?? 0) < own) rank++;
  // The point itself, at distance 0, was counted unless a twin of a lower number stands before it.
  const countedSelf = i < j ? (distances[i] ?? 0) <= own : (distances[i] ?? 0) < own;
  return countedSelf ? rank - 1 : rank;
}

/** Share of the k nearest in `x` that are among the k nearest in the map, mean over the points. */
export function neighbourPreservation(x: Matrix, map: Matrix, k: number): number {
  checkRows(x.rows, map.rows);
  const truth = nearestNeighbours(x, k).indices;
  const near = nearestNeighbours(map, k).indices;
  let kept = 0;
  for (let start = 0; start < truth.length; start += k) {
    const wanted = new Set(truth.subarray(start, start + k));
    for (let slot = start; slot < start + k; slot++) if (wanted.has(near[slot] ?? -1)) kept++;
  }
  return kept / truth.length;
}

/** How far a map's neighbours share a label. */
export interface LabelAccuracy {
  readonly accuracy: number;
  /** What it is of a map without structure: the mean over shuffles of the labels. */
  readonly chance: number;
}

/**
 * Share of points whose label is that of most of their k nearest neighbours in the map; of equally frequent labels
 * the lowest wins. By chance it is below the share of the largest class, since a few neighbours often agree on
 * another one; with 20 shuffles of thousands of labels the chance is right to a tenth of a point.
 * Throws BAD_ARRAY unless there is one label for each point, and 1 <= k < n.
 */
export function neighbourLabelAccuracy(
  map: Matrix,
  labels: ArrayLike<number>,
  k: number,
  { seed = 0, shuffles = 20 }: { readonly seed?: number; readonly shuffles?: number } = {},
): LabelAccuracy {
  checkRows(map.rows, labels.length);
  const near = nearestNeighbours(map, k).indices;
  const random = createRandom(seed, 'chance');
  const shuffled = Array.from(labels);
  let sum = 0;
  for (let s = 0; s < shuffles; s++) {
    random.shuffle(shuffled);
    sum += voteAccuracy(near, shuffled, k);
  }
  return { accuracy: voteAccuracy(near, labels, k), chance: sum / shuffles };
}

function voteAccuracy(near: ArrayLike<number>, labels: ArrayLike<number>, k: number): number {
  let hits = 0;
  for (let i = 0; i < labels.length; i++) {
    const votes = new Map<number, number>();
    for (let slot = i * k; slot < (i + 1) * k; slot++) {
      const label = labels[near[slot] ?? 0] ?? 0;
      votes.set(label, (votes.get(label) ?? 0) + 1);
    }
    if (winnerOf(votes) === labels[i]) hits++;
  }
  return hits / labels.length;
}

function winnerOf(votes: ReadonlyMap<number, number>): number | undefined {
  let winner: number | undefined;
  let most = 0;
  for (const [label, count] of votes) {
    if (count > most || (count === most && winner !== undefined && label < winner)) {
      winner = label;
      most = count;
    }
  }
  return winner;
}

function checkRows(expected: number, received: number): void {
  if (expected === received) return;
  throw new FermentError(
    'BAD_ARRAY',
    `Expected one row for each of the ${expected} points. Received: ${received}.`,
  );
}
