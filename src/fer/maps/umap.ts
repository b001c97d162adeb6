import { UMAP } from 'umap-js';
import { createRandom, FermentError } from '../../kit/index.ts';
import { type Matrix, matrixOf, nearestNeighbours } from '../embedding/index.ts';

export interface UmapOptions {
  readonly seed: number;
  /** Counting the point itself, as UMAP counts; at most all points less one are taken. */
  readonly neighbours: number;
  /** How near points of the map may come to each other: 0 to 1, the spread of umap-js. */
  readonly minDistance: number;
  /** null: as many as UMAP takes for so many points. */
  readonly epochs: number | null;
}

/** Of umap-js: over this distance the likeness that a map should show falls to 1 / e. */
const SPREAD = 1;

/**
 * A map `[n, 2]` of points `[n, d]` by UMAP (McInnes, Healy and Melville 2018): umap-js, with exact neighbours instead
 * of its own approximate ones. Same input and seed, same map. Throws BAD_ARRAY for fewer than 4 points, BAD_PARAMS for
 * a `minDistance` that is not from 0 to 1: beyond, umap-js fits its curve to what none can follow, and does not
 * complain.
 */
export function umap(x: Matrix, { seed, neighbours, minDistance, epochs }: UmapOptions): Matrix {
  const n = x.rows;
  if (n < 4)
    throw new FermentError('BAD_ARRAY', `Expected at least 4 points for a map by UMAP. Received: ${n}.`);
  if (!(minDistance >= 0 && minDistance <= SPREAD))
    throw new FermentError(
      'BAD_PARAMS',
      `Expected a least distance in the map from 0 to ${SPREAD}. Received: ${minDistance}.`,
      { hint: 'Lower tsne.umap.minDistance; 0.1 is the usual one.' },
    );
  const nNeighbors = Math.min(neighbours, n - 1);
  const random = createRandom(seed, 'umap');
  const mapper = new UMAP({
    nNeighbors,
    minDist: minDistance,
    spread: SPREAD,
    nComponents: 2,
    random: () => random.next(),
    ...(epochs === null ? {} : { nEpochs: epochs }),
  });
  const near = nearestNeighbours(x, nNeighbors - 1, { search: 'auto', seed });
  const rows = Array.from({ length: n }, (_, i) => i);
  const slots = (i: number): readonly [number, number] => [i * near.k, (i + 1) * near.k];
  // Each point is its own first neighbour.
  mapper.setPrecomputedKNN(
    rows.map((i) => [i, ...near.indices.subarray(...slots(i))]),
    rows.map((i) => [0, ...near.distances.subarray(...slots(i)).map(Math.sqrt)]),
  );
  const points = rows.map((i) => [...x.data.subarray(i * x.columns, (i + 1) * x.columns)]);
  return matrixOf(mapper.fit(points).flat(), n, 2);
}
