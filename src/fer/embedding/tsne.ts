import { FermentError } from '../../kit/index.ts';
import { exactAffinities, neighbourAffinities } from './affinities.ts';
import { descend } from './descend.ts';
import { divergence } from './kullback-leibler.ts';
import type { Matrix } from './matrix.ts';
import type { NeighbourOptions } from './neighbours.ts';
import type { Dimensions } from './space-tree.ts';
import { startingMap } from './starting-map.ts';

export interface TsneOptions {
  readonly seed: number;
  /** Of the map. Default: 2. */
  readonly dimensions?: Dimensions;
  /** About how many neighbours each point cares for. */
  readonly perplexity: number;
  /** In all, the exaggerated ones included. */
  readonly iterations: number;
  /** Factor on P in the first iterations, which lets clusters pass through each other. */
  readonly earlyExaggeration: number;
  /** Fewer than there are in all. */
  readonly exaggerationIterations: number;
  /** `auto`: n / earlyExaggeration / 4, at least 50 (Belkina et al. 2019; scikit-learn's default too). */
  readonly learningRate?: number | 'auto';
  /** `auto`: all pairs up to 250 points, above it neighbours and a tree. */
  readonly method?: 'auto' | 'exact' | 'barnes-hut';
  /** How near a group of points may be, in units of its side, inverted: smaller is more exact. Default: 0.8. */
  readonly theta?: number;
  /** Of the neighbours in P. Default: `auto`, exact up to 10,000 points. */
  readonly search?: NeighbourOptions['search'];
  /** Default: 1. The map has the same bits for any number. */
  readonly threads?: number;
  /**
   * The start: the first principal components (in axes without any, normal numbers), or normal numbers. Default: pca.
   */
  readonly start?: 'pca' | 'random';
  readonly onProgress?: (progress: TsneProgress) => void;
}

export interface TsneProgress {
  /** Iterations done. */
  readonly done: number;
  readonly total: number;
  /** KL divergence at this point, of P without exaggeration. */
  readonly kl: number;
}

export interface TsneResult {
  /** `[n, 2]` or `[n, 3]`, centred. */
  readonly map: Matrix;
  /** KL(P || Q) of the map in nats; q is normalised over all pairs, P has the pairs that `method` says. */
  readonly kl: number;
  /** `exact`: P and gradient of all pairs. `barnes-hut`: P of 3 x perplexity neighbours, gradient by a tree. */
  readonly method: 'exact' | 'barnes-hut';
  readonly learningRate: number;
}

const EXACT_POINTS = 250;
const THETA = 0.8;

/**
 * A map of points `[n, d]` in the plane, or in space, by t-SNE (van der Maaten and Hinton 2008, van der Maaten 2014):
 * gradient descent with momentum 0.5, after the exaggeration 0.8, and a gain per coordinate. Same input and seed, same
 * map. Throws BAD_PARAMS unless 1 < perplexity < n - 1, and for iterations that all are exaggerated.
 */
export function tsne(x: Matrix, options: TsneOptions): TsneResult {
  const { perplexity, seed, search = 'auto', threads = 1, method = 'auto', learningRate: rate } = options;
  checkIterations(options);
  const n = x.rows;
  const exact = method === 'exact' || (method === 'auto' && n <= EXACT_POINTS);
  const p = exact
    ? exactAffinities(x, perplexity)
    : neighbourAffinities(x, perplexity, { search, seed, threads });
  const map = startingMap(x, { seed, columns: options.dimensions ?? 2, start: options.start ?? 'pca' });
  const automatic = Math.max(n / options.earlyExaggeration / 4, 50);
  const learningRate = rate === undefined || rate === 'auto' ? automatic : rate;
  // With theta 0 the tree sums over all pairs, and there are too few for threads.
  descend(p, map, {
    ...options,
    learningRate,
    theta: exact ? 0 : (options.theta ?? THETA),
    threads: exact ? 1 : threads,
  });
  centre(map);
  return { map, kl: divergence(p, map), method: exact ? 'exact' : 'barnes-hut', learningRate };
}

/** Under exaggeration alone clusters are balls without an inside: no map of anything, and it looks like one. */
function checkIterations({ iterations, exaggerationIterations }: TsneOptions): void {
  if (iterations > exaggerationIterations) return;
  throw new FermentError(
    'BAD_PARAMS',
    `Expected more iterations than those with exaggeration (${exaggerationIterations}). Received: ${iterations}.`,
    { hint: 'Raise tsne.iterations, or lower tsne.exaggerationIterations: a quarter of all is usual.' },
  );
}

function centre({ data, rows, columns }: Matrix): void {
  for (let axis = 0; axis < columns; axis++) {
    let sum = 0;
    for (let at = axis; at < data.length; at += columns) sum += data[at] ?? 0;
    for (let at = axis; at < data.length; at += columns) data[at] = (data[at] ?? 0) - sum / rows;
  }
}
