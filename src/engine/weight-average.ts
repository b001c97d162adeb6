import type { Engine } from './load.ts';
import { FLOAT, type LayerVariable, type Tensor } from './native.ts';
import { floatsOf, stateOf, type TensorState, type TensorStates } from './tensor-states.ts';

/** A running mean of a model's weights and moving statistics, which predicts in their place. */
export interface WeightAverage {
  /** Takes the weights after step `t` (from 1) into the mean. */
  update(t: number): void;
  /** Runs `work` with the means in the model, and puts the weights back. */
  within<T>(work: () => T): T;
  /** The means, named `average/…`. */
  state(): TensorStates;
  /** Throws BAD_WEIGHTS when a mean is missing or of another shape. */
  restore(state: ReadonlyMap<string, TensorState>): void;
  dispose(): void;
}

/**
 * Exponential moving average: `mean += (1 - d) (weight - mean)` after every step, with
 * `d = min(decay, (1 + t) / (10 + t))`, so that the first steps' weights do not linger (TensorFlow's
 * ExponentialMovingAverage with `num_updates`).
 */
export function createWeightAverage(
  engine: Engine,
  variables: readonly LayerVariable[],
  decay: number,
): WeightAverage {
  const { tf } = engine;
  let means = variables.map((variable) => tf.keep(variable.read().clone()));
  const replace = (next: Tensor[]): void => {
    tf.dispose(means);
    means = next.map((mean) => tf.keep(mean));
  };
  return {
    update: (t) => {
      const share = tf.scalar(1 - Math.min(decay, (1 + t) / (10 + t)));
      replace(means.map((mean, i) => moved(engine, mean, variables[i]?.read() ?? mean, share)));
      share.dispose();
    },
    within: (work) => {
      const own = variables.map((variable) => variable.read().clone());
      write(variables, means);
      try {
        return work();
      } finally {
        write(variables, own);
        tf.dispose(own);
      }
    },
    state: () =>
      new Map(
        variables.map(({ originalName }, i) => {
          const mean = means[i];
          const values = mean === undefined ? new Float32Array() : floatsOf(mean);
          return [`average/${originalName}`, { shape: mean?.shape ?? [], values }];
        }),
      ),
    restore: (state) => {
      const shapeAt = (i: number): number[] => [...(means[i]?.shape ?? [])];
      const found = variables.map((v, i) => stateOf(state, `average/${v.originalName}`, shapeAt(i)).values);
      replace(found.map((values, i) => tf.tensor(values, shapeAt(i))));
    },
    dispose: () => tf.dispose(means),
  };
}

function write(variables: readonly LayerVariable[], values: readonly Tensor[]): void {
  for (const [i, variable] of variables.entries()) {
    const value = values[i];
    if (value !== undefined) variable.write(value);
  }
}

function moved({ native }: Engine, mean: Tensor, weight: Tensor, share: Tensor): Tensor {
  const distance = native.one('Sub', [FLOAT], [weight, mean]);
  const part = native.one('Mul', [FLOAT], [distance, share]);
  const sum = native.one('AddV2', [FLOAT], [mean, part]);
  distance.dispose();
  part.dispose();
  return sum;
}
