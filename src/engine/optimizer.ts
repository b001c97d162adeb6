import type { Weight } from './graph/step.ts';
import type { Engine } from './load.ts';
import { FLOAT, type Tensor } from './native.ts';
import { adamScalars, applyAdam } from './ops/apply-adam.ts';
import { applyMomentum } from './ops/apply-momentum.ts';
import { decayWeights } from './ops/decoupled-decay.ts';
import {
  createSlot,
  followModel,
  MOMENTS,
  readState,
  restoreState,
  type Slot,
  writeToModel,
} from './optimizer-slots.ts';
import type { TensorState, TensorStates } from './tensor-states.ts';

export interface OptimizerOptions {
  readonly kind: 'adam' | 'sgd';
  readonly learningRate: number;
  /** Of SGD; 0.9 by default. */
  readonly momentum?: number;
  /** Of Adam; 0.9, 0.999 and 1e-8 (added after the bias correction) by default. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** How much of the weights is taken away in a step, see `weightDecayMode`. 0 by default. */
  readonly weightDecay?: number;
  /**
   * `coupled`, the default: L2, `weightDecay * weight` is added to the gradient of every trained tensor. `decoupled`
   * (AdamW): `learningRate * weightDecay * weight` is taken from kernels before the step; biases, and scales and
   * offsets of batch norms, have one axis and are left alone.
   */
  readonly weightDecayMode?: 'coupled' | 'decoupled';
}

export interface Optimizer {
  /** Steps so far. */
  readonly iterations: number;
  learningRate: number;
  /** Moves the weights by one step. The gradients stay the caller's. */
  apply(gradients: ReadonlyMap<Weight, Tensor>): void;
  state(): TensorStates;
  restore(state: ReadonlyMap<string, TensorState>): void;
  dispose(): void;
}

/**
 * Adam or SGD on the trained weights of a model. The model's variables hold the new weights after every step, and
 * what is written to them in between is taken up by the next step.
 */
export function createOptimizer(
  engine: Engine,
  weights: readonly Weight[],
  options: OptimizerOptions,
): Optimizer {
  const slots = weights.map((weight) => createSlot(engine, weight, MOMENTS[options.kind].length));
  const kernels = slots.filter(({ weight }) => weight.shape.length > 1).map(({ value }) => value);
  let iterations = 0;
  let learningRate = options.learningRate;
  const update = options.kind === 'adam' ? adamUpdate : sgdUpdate;
  return {
    get iterations() {
      return iterations;
    },
    get learningRate() {
      return learningRate;
    },
    set learningRate(value) {
      learningRate = value;
    },
    apply: (gradients) => {
      iterations++;
      for (const slot of slots) followModel(slot);
      const { weightDecay = 0, weightDecayMode = 'coupled' } = options;
      const isDecoupled = weightDecayMode === 'decoupled' && weightDecay !== 0;
      if (isDecoupled) decayWeights(engine, kernels, learningRate * weightDecay);
      const decayed = decay(engine, slots, gradients, isDecoupled ? 0 : weightDecay);
      update({ engine, slots, gradients: decayed.gradients, options, learningRate, t: iterations });
      decayed.dispose();
      for (const slot of slots) writeToModel(slot);
    },
    state: () => readState(slots, options.kind, iterations),
    restore: (state) => {
      iterations = restoreState(engine, slots, options.kind, state);
    },
    dispose: () => {
      for (const slot of slots) for (const variable of [slot.value, ...slot.moments]) variable.dispose();
    },
  };
}

interface Update {
  readonly engine: Engine;
  readonly slots: readonly Slot[];
  readonly gradients: readonly Tensor[];
  readonly options: OptimizerOptions;
  readonly learningRate: number;
  readonly t: number;
}

function adamUpdate({ engine, slots, gradients, options, learningRate, t }: Update): void {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const scalars = adamScalars(engine, { learningRate, beta1, beta2, epsilon }, t);
  for (const [i, { value, moments }] of slots.entries()) {
    const [first, second] = moments;
    const gradient = gradients[i];
    if (first && second && gradient) applyAdam(engine, { weight: value, first, second }, scalars, gradient);
  }
  scalars.dispose();
}

function sgdUpdate({ engine, slots, gradients, options, learningRate }: Update): void {
  const { tf } = engine;
  const scalars = { learningRate: tf.scalar(learningRate), momentum: tf.scalar(options.momentum ?? 0.9) };
  for (const [i, { value, moments }] of slots.entries()) {
    const [velocity] = moments;
    const gradient = gradients[i];
    if (velocity && gradient) applyMomentum(engine, { weight: value, velocity }, scalars, gradient);
  }
  tf.dispose([scalars.learningRate, scalars.momentum]);
}

/** The gradients in the order of the slots, each with `weightDecay * weight` added. */
function decay(
  engine: Engine,
  slots: readonly Slot[],
  gradients: ReadonlyMap<Weight, Tensor>,
  weightDecay: number,
): { gradients: readonly Tensor[]; dispose(): void } {
  const plain = slots.map(({ weight }) => {
    const gradient = gradients.get(weight);
    if (gradient === undefined) throw new Error(`No gradient for ${weight.name}`);
    return gradient;
  });
  if (weightDecay === 0) return { gradients: plain, dispose: () => {} };
  const { native, tf } = engine;
  const rate = tf.scalar(weightDecay);
  const sums = slots.map(({ weight }, i) => {
    const penalty = native.one('Mul', [FLOAT], [weight.variable.read(), rate]);
    const sum = native.one('AddV2', [FLOAT], [plain[i] ?? penalty, penalty]);
    penalty.dispose();
    return sum;
  });
  rate.dispose();
  return { gradients: sums, dispose: () => tf.dispose(sums) };
}
