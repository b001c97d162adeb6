import { FermentError } from '../../kit/index.ts';
import { conditionalRow } from './conditional-row.ts';
import { forEachDistanceRow } from './distances.ts';
import type { Matrix } from './matrix.ts';
import { type NeighbourOptions, nearestNeighbours } from './neighbours.ts';
import { type SparseRows, symmetric } from './sparse-rows.ts';

/** What t-SNE preserves: P = (p(j|i) + p(i|j)) / 2n, symmetric, with sum 1, in compressed rows. */
export interface Affinities extends SparseRows {
  readonly n: number;
  /** 1 / (2 sigma^2) of each point's Gaussian. */
  readonly betas: Float64Array;
  /** True when all pairs are in it, not the neighbours only. */
  readonly complete: boolean;
}

/**
 * Affinities of all pairs: n^2 numbers. Throws BAD_PARAMS unless 1 < perplexity < n - 1.
 */
export function exactAffinities(x: Matrix, perplexity: number): Affinities {
  const n = x.rows;
  checkPerplexity(n, perplexity);
  const columns = new Int32Array(n * (n - 1));
  const conditional = new Float64Array(n * (n - 1));
  const betas = new Float64Array(n);
  forEachDistanceRow(x, (i, distances) => {
    const row = conditional.subarray(i * (n - 1), (i + 1) * (n - 1));
    row.set(distances.subarray(0, i));
    row.set(distances.subarray(i + 1), i);
    betas[i] = conditionalRow(row, perplexity, row);
    for (let j = 0; j < n - 1; j++) columns[i * (n - 1) + j] = j < i ? j : j + 1;
  });
  const values = new Float64Array(n * (n - 1));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const at = i * (n - 1) + j;
      const mirrored = j * (n - 1) + i - 1;
      const joint = ((conditional[at] ?? 0) + (conditional[mirrored] ?? 0)) / (2 * n);
      values[at] = joint;
      values[mirrored] = joint;
    }
  }
  const starts = Int32Array.from({ length: n + 1 }, (_, i) => i * (n - 1));
  return { n, starts, columns, values, betas, complete: true };
}

/**
 * Affinities of each point with its 3 x perplexity nearest neighbours (van der Maaten 2014); the others, next to
 * nothing, count as 0. Throws BAD_PARAMS unless 1 < perplexity < n - 1.
 */
export function neighbourAffinities(
  x: Matrix,
  perplexity: number,
  options: NeighbourOptions = {},
): Affinities {
  const n = x.rows;
  checkPerplexity(n, perplexity);
  const k = Math.min(n - 1, Math.floor(3 * perplexity + 1));
  const near = nearestNeighbours(x, k, options);
  const betas = new Float64Array(n);
  const conditional = near.distances;
  for (let i = 0; i < n; i++) {
    const row = conditional.subarray(i * k, (i + 1) * k);
    betas[i] = conditionalRow(row, perplexity, row);
  }
  return { n, betas, complete: k === n - 1, ...symmetric(near.indices, conditional, n, k) };
}

function checkPerplexity(n: number, perplexity: number): void {
  if (perplexity > 1 && perplexity < n - 1) return;
  throw new FermentError(
    'BAD_PARAMS',
    `Expected a perplexity above 1 and below the number of points less one (${n - 1}). Received: ${perplexity}.`,
    { hint: 'Lower tsne.perplexity, or embed more points (tsne.points).' },
  );
}
