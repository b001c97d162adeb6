import type { Tensor } from '../native.ts';
import {
  type BatchNormSaved,
  type BatchNormWeights,
  batchNormGradient,
  batchNormInference,
  batchNormTraining,
} from '../ops/batch-norm.ts';
import {
  type BackwardInput,
  type BatchNormFacts,
  type Pass,
  present,
  type Step,
  type Weight,
} from './step.ts';

export interface BatchNormLayer extends BatchNormFacts {
  readonly name: string;
  readonly input: number;
  /** A frozen layer runs on its moving statistics in training too, as in Keras. */
  readonly trainable: boolean;
}

export function batchNormStep(layer: BatchNormLayer): Step {
  return {
    name: layer.name,
    form: { kind: 'batch-norm', weights: layer },
    inputs: [layer.input],
    weights: layer.trainable ? [layer.gamma, layer.beta] : [],
    keepsInputs: true,
    keepsOutput: false,
    forward: (pass, [input]) => {
      const x = present(input);
      if (!(pass.training && layer.trainable)) {
        return { output: batchNormInference(pass.engine, x, readWeights(layer), layer.epsilon) };
      }
      const result = batchNormTraining(pass.engine, x, readWeights(layer), layer);
      moveTo(layer.movingMean, result.movingMean);
      moveTo(layer.movingVariance, result.movingVariance);
      return { output: result.y, saved: result.saved };
    },
    backward: (pass, at) => backward(layer, pass, at),
  };
}

function backward(layer: BatchNormLayer, { engine, training }: Pass, at: BackwardInput) {
  const fromBatch = training && layer.trainable;
  const { dx, dgamma, dbeta } = batchNormGradient(
    engine,
    {
      x: present(at.inputs[0]),
      gamma: layer.gamma.variable.read(),
      saved: fromBatch ? savedOf(at.saved) : movingStatistics(layer),
      dy: at.dy,
    },
    { epsilon: layer.epsilon, training: fromBatch },
  );
  const weights = [dgamma, dbeta];
  if (!layer.trainable) for (const tensor of weights) tensor.dispose();
  if (!at.wants[0]) dx.dispose();
  return { inputs: [at.wants[0] ? dx : undefined], weights: layer.trainable ? weights : [] };
}

/** The four vectors as they are now; they stay the model's. */
export function readWeights(layer: BatchNormFacts): BatchNormWeights {
  return {
    gamma: layer.gamma.variable.read(),
    beta: layer.beta.variable.read(),
    movingMean: layer.movingMean.variable.read(),
    movingVariance: layer.movingVariance.variable.read(),
  };
}

/** Gives a weight a new value, which is consumed. */
export function moveTo(weight: Weight, value: Tensor): void {
  weight.variable.write(value);
  value.dispose();
}

function savedOf(saved: readonly Tensor[]): BatchNormSaved {
  return [present(saved[0]), present(saved[1]), present(saved[2])];
}

/** On moving statistics the kernel takes them in place of the batch's, and does not read the third tensor. */
function movingStatistics(layer: BatchNormLayer): BatchNormSaved {
  const mean = layer.movingMean.variable.read();
  return [mean, layer.movingVariance.variable.read(), mean];
}
