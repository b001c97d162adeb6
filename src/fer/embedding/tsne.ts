import { FermentError } from '../../kit/index.ts';
import { type Affinities, exactAffinities, neighbourAffinities } from './affinities.ts';
import { createForces, type Forces } from './forces.ts';
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
  /** The start: the first principal components (in axes without any, normal numbers), or normal numbers. Default: pca. */
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
const PROGRESS_EVERY = 50;
const MIN_GAIN = 0.01;

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

interface Descent extends TsneOptions {
  readonly learningRate: number;
  readonly theta: number;
  readonly threads: number;
}

function descend(p: Affinities, map: Matrix, options: Descent): void {
  const forces = createForces(p, map, options.theta, options.threads);
  try {
    descendBy(forces, p, map, options);
  } finally {
    forces.close();
  }
}

function descendBy(forces: Forces, p: Affinities, map: Matrix, options: Descent): void {
  const { iterations, exaggerationIterations, earlyExaggeration, learningRate, onProgress } = options;
  const gradient = new Float64Array(map.data.length);
  const update = new Float64Array(map.data.length);
  const gains = new Float64Array(map.data.length).fill(1);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const early = iteration < exaggerationIterations;
    // The gains and the momentum belong to the objective that was left.
    if (iteration === exaggerationIterations) {
      update.fill(0);
      gains.fill(1);
    }
    const normalisation = forces.compute();
    const pull = early ? 4 * earlyExaggeration : 4;
    for (let c = 0; c < gradient.length; c++)
      gradient[c] = pull * (forces.attraction[c] ?? 0) - (4 * (forces.repulsion[c] ?? 0)) / normalisation;
    step(map.data, gradient, update, gains, early ? 0.5 : 0.8, learningRate);
    const done = iteration + 1;
    if (onProgress && (done % PROGRESS_EVERY === 0 || done === iterations))
      onProgress({ done, total: iterations, kl: divergence(p, map, normalisation) });
  }
}

/** One step of descent. A gain grows while its coordinate keeps its direction and shrinks when it turns (Jacobs 1988). */
function step(
  y: Float64Array,
  gradient: Float64Array,
  update: Float64Array,
  gains: Float64Array,
  momentum: number,
  learningRate: number,
): void {
  for (let c = 0; c < y.length; c++) {
    const slope = gradient[c] ?? 0;
    const last = update[c] ?? 0;
    const gain = gains[c] ?? 1;
    const next = last * slope < 0 ? gain + 0.2 : Math.max(gain * 0.8, MIN_GAIN);
    const change = momentum * last - learningRate * next * slope;
    gains[c] = next;
    update[c] = change;
    y[c] = (y[c] ?? 0) + change;
  }
}

function centre({ data, rows, columns }: Matrix): void {
  for (let axis = 0; axis < columns; axis++) {
    let sum = 0;
    for (let at = axis; at < data.length; at += columns) sum += data[at] ?? 0;
    for (let at = axis; at < data.length; at += columns) data[at] = (data[at] ?? 0) - sum / rows;
  }
}
