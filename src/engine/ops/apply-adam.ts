import type { Engine } from '../load.ts';
import { bool, FLOAT, type Tensor } from '../native.ts';
import type { ResourceVariable } from './resource-variable.ts';

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The scalars of one Adam step, on the device; shared by all weights. */
export interface AdamScalars {
  readonly inputs: readonly Tensor[];
  dispose(): void;
}

/**
 * Prepares step `t` (from 1) of Adam: `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g²`,
 * `w -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)`, epsilon after the bias correction.
 * TensorFlow's kernel adds its epsilon before it: `w -= alpha m / (sqrt(v) + e)`; with
 * `alpha = rate sqrt(1 - b2^t) / (1 - b1^t)` and `e = epsilon sqrt(1 - b2^t)` the two are the same number.
 * Both are computed here in double precision, from the betas as the kernel sees them, in single.
 * Source: Kingma and Ba (2015), algorithm 1 and the end of section 2.
 */
export function adamScalars(engine: Engine, settings: AdamSettings, t: number): AdamScalars {
  const { tf } = engine;
  const beta1 = inSingle(settings.beta1);
  const beta2 = inSingle(settings.beta2);
  const secondCorrection = Math.sqrt(1 - beta2 ** t);
  const alpha = (settings.learningRate * secondCorrection) / (1 - beta1 ** t);
  // beta1_power and beta2_power are 0, so that the kernel corrects nothing itself.
  const values = [0, 0, alpha, beta1, beta2, settings.epsilon * secondCorrection];
  const inputs = values.map((value) => tf.scalar(value));
  return { inputs, dispose: () => tf.dispose(inputs) };
}

/** The largest number of single precision below 1. */
const NEARLY_ONE = 1 - 2 ** -24;

/** Below 1 in single precision too: of a decay of 1 no correction is left, and the step is 0 / 0. */
function inSingle(beta: number): number {
  return Math.min(Math.fround(beta), NEARLY_ONE);
}

/** Applies one prepared step to a weight and its two moments, in place. */
export function applyAdam(
  engine: Engine,
  target: {
    readonly weight: ResourceVariable;
    readonly first: ResourceVariable;
    readonly second: ResourceVariable;
  },
  scalars: AdamScalars,
  gradient: Tensor,
): void {
  engine.native.many(
    'ResourceApplyAdam',
    [FLOAT, bool('use_locking', false), bool('use_nesterov', false)],
    [target.weight.handle, target.first.handle, target.second.handle, ...scalars.inputs, gradient],
    0,
  );
}
