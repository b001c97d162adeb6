import type { Affinities } from './affinities.ts';
import { createForces, type Forces } from './forces.ts';
import { divergence } from './kullback-leibler.ts';
import type { Matrix } from './matrix.ts';
import type { TsneOptions } from './tsne.ts';

const PROGRESS_EVERY = 50;
const MIN_GAIN = 0.01;

/** How the map goes down: every choice made. */
export interface Descent extends TsneOptions {
  readonly learningRate: number;
  readonly theta: number;
  readonly threads: number;
}

/** Moves the points of `map`, in place, down the gradient of KL(P || Q): first under exaggeration, then without. */
export function descend(p: Affinities, map: Matrix, options: Descent): void {
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

/**
 * One step of descent. A gain grows while its coordinate keeps its direction and shrinks when it turns (Jacobs 1988).
 */
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
