import { createRandom } from '../../kit/index.ts';
import { type Affinities, exactAffinities, neighbourAffinities } from './affinities.ts';
import { addAttraction, addRepulsion, divergence } from './kullback-leibler.ts';
import type { Matrix } from './matrix.ts';
import { pca } from './pca.ts';
import { createBarnesHut, type Repulsion } from './repulsion.ts';

export interface TsneOptions {
  readonly seed: number;
  /** About how many neighbours each point cares for. */
  readonly perplexity: number;
  /** In all, the exaggerated ones included. */
  readonly iterations: number;
  /** Factor on P in the first iterations, which lets clusters pass through each other. */
  readonly earlyExaggeration: number;
  readonly exaggerationIterations: number;
  /** `auto`: n / earlyExaggeration / 4, at least 50 (Belkina et al. 2019; scikit-learn's default too). */
  readonly learningRate?: number | 'auto';
  /** `auto`: all pairs up to 250 points, above it neighbours and a tree. */
  readonly method?: 'auto' | 'exact' | 'barnes-hut';
  /** How near a group of points may be, in units of its side, inverted: smaller is more exact. */
  readonly theta?: number;
  /** The start: first two principal components, or normal numbers; both with standard deviation 1e-4. */
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
  /** `[n, 2]`, centred. */
  readonly map: Matrix;
  /** KL(P || Q) of the map in nats; q is normalised over all pairs, P has the pairs that `method` says. */
  readonly kl: number;
  /** `exact`: P and gradient of all pairs. `barnes-hut`: P of 3 x perplexity neighbours, gradient by a tree. */
  readonly method: 'exact' | 'barnes-hut';
  readonly learningRate: number;
}

const EXACT_POINTS = 250;
const THETA = 0.8;
const START_DEVIATION = 1e-4;
const PROGRESS_EVERY = 50;
const MIN_GAIN = 0.01;

/**
 * A map of points `[n, d]` in the plane by t-SNE (van der Maaten and Hinton 2008, van der Maaten 2014): gradient
 * descent with momentum 0.5, after the exaggeration 0.8, and a gain per coordinate. Same input and seed, same map.
 * Throws BAD_PARAMS unless 1 < perplexity < n - 1.
 */
export function tsne(x: Matrix, options: TsneOptions): TsneResult {
  const n = x.rows;
  const exact = options.method === 'exact' || ((options.method ?? 'auto') === 'auto' && n <= EXACT_POINTS);
  const p = exact ? exactAffinities(x, options.perplexity) : neighbourAffinities(x, options.perplexity);
  const repulsion = exact ? addRepulsion : createBarnesHut(n, options.theta ?? THETA);
  const y = startingMap(x, options);
  const rate = options.learningRate ?? 'auto';
  const learningRate = rate === 'auto' ? Math.max(n / options.earlyExaggeration / 4, 50) : rate;
  descend(p, y, repulsion, { ...options, learningRate });
  centre(y);
  return {
    map: { data: y, rows: n, columns: 2 },
    kl: divergence(p, y),
    method: exact ? 'exact' : 'barnes-hut',
    learningRate,
  };
}

function startingMap(x: Matrix, options: TsneOptions): Float64Array {
  const random = createRandom(options.seed, 'tsne', 'start');
  const y = new Float64Array(2 * x.rows);
  if (options.start !== 'random' && x.columns >= 2) {
    const { scores, explainedVariance } = pca(x, 2, { seed: options.seed });
    const deviation = Math.sqrt((explainedVariance[0] ?? 0) * ((x.rows - 1) / x.rows));
    if (deviation > 0) return scores.data.map((v) => (v / deviation) * START_DEVIATION);
  }
  // Points that are all equal have no principal components; a point on top of all others would stay there.
  return y.map(() => random.normal() * START_DEVIATION);
}

interface Descent extends TsneOptions {
  readonly learningRate: number;
}

function descend(p: Affinities, y: Float64Array, repulsion: Repulsion, options: Descent): void {
  const repulsive = new Float64Array(y.length);
  const gradient = new Float64Array(y.length);
  const update = new Float64Array(y.length);
  const gains = new Float64Array(y.length).fill(1);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const early = iteration < options.exaggerationIterations;
    // The gains and the momentum belong to the objective that was left.
    if (iteration === options.exaggerationIterations) {
      update.fill(0);
      gains.fill(1);
    }
    repulsive.fill(0);
    const normalisation = repulsion(y, repulsive);
    for (let c = 0; c < gradient.length; c++) gradient[c] = (-4 * (repulsive[c] ?? 0)) / normalisation;
    addAttraction(p, y, early ? 4 * options.earlyExaggeration : 4, gradient);
    step(y, gradient, update, gains, early ? 0.5 : 0.8, options.learningRate);
    const done = iteration + 1;
    if (options.onProgress && (done % PROGRESS_EVERY === 0 || done === options.iterations)) {
      options.onProgress({ done, total: options.iterations, kl: divergence(p, y, normalisation) });
    }
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

function centre(y: Float64Array): void {
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < y.length; i += 2) {
    sumX += y[i] ?? 0;
    sumY += y[i + 1] ?? 0;
  }
  const n = y.length / 2;
  for (let i = 0; i < y.length; i += 2) {
    y[i] = (y[i] ?? 0) - sumX / n;
    y[i + 1] = (y[i + 1] ?? 0) - sumY / n;
  }
}
