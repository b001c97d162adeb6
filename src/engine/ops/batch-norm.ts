import type { Engine } from '../load.ts';
import { type Attribute, bool, FLOAT, float, NHWC, type Tensor, type } from '../native.ts';
import { runTwin } from '../onednn.ts';

/** The four vectors of a batch norm, each `[channels]`. */
export interface BatchNormWeights {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly movingMean: Tensor;
  readonly movingVariance: Tensor;
}

/** What the gradient needs from the forward pass, besides the input. */
export type BatchNormSaved = readonly [mean: Tensor, variance: Tensor, extra: Tensor];

/**
 * Batch norm over all axes but the last, in training:
 * `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` with the biased batch variance, and
 * `moving = momentum moving + (1 - momentum) batch` with the unbiased one (n / (n - 1)), as PyTorch and Keras'
 * fused kernel do. One pass of FusedBatchNormV3 for both.
 * Source: Ioffe and Szegedy (2015), algorithm 1; tensorflow/core/kernels/fused_batch_norm_op.cc.
 */
export function batchNormTraining(
  engine: Engine,
  x: Tensor,
  weights: BatchNormWeights,
  options: { readonly momentum: number; readonly epsilon: number },
): { y: Tensor; movingMean: Tensor; movingVariance: Tensor; saved: BatchNormSaved } {
  const image = asImage(x);
  const [y, movingMean, movingVariance, ...saved] = runBatchNorm(
    engine,
    'FusedBatchNormV3',
    attributes(options.epsilon, true, 1 - options.momentum),
    [image, weights.gamma, weights.beta, weights.movingMean, weights.movingVariance],
    6,
  );
  const [mean, variance, extra] = saved;
  if (!(y && movingMean && movingVariance && mean && variance && extra)) throw new Error('FusedBatchNormV3');
  return { y: backTo(x, image, y), movingMean, movingVariance, saved: [mean, variance, extra] };
}

/** Batch norm on moving statistics: `y = gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta`. */
export function batchNormInference(
  engine: Engine,
  x: Tensor,
  weights: BatchNormWeights,
  epsilon: number,
): Tensor {
  const image = asImage(x);
  const [y, ...rest] = runBatchNorm(
    engine,
    'FusedBatchNormV3',
    attributes(epsilon, false, 1),
    [image, weights.gamma, weights.beta, weights.movingMean, weights.movingVariance],
    6,
  );
  for (const tensor of rest) tensor.dispose();
  if (y === undefined) throw new Error('FusedBatchNormV3');
  return backTo(x, image, y);
}

/**
 * The gradients of batch norm by FusedBatchNormGradV3: in training those of algorithm 1 of Ioffe and Szegedy,
 * through mean and variance; on moving statistics (`training: false`, `saved` holds them) those of a fixed scale.
 */
export function batchNormGradient(
  engine: Engine,
  at: { readonly x: Tensor; readonly gamma: Tensor; readonly saved: BatchNormSaved; readonly dy: Tensor },
  options: { readonly epsilon: number; readonly training: boolean },
): { dx: Tensor; dgamma: Tensor; dbeta: Tensor } {
  const x = asImage(at.x);
  const dy = asImage(at.dy);
  const [dx, dgamma, dbeta, ...rest] = runBatchNorm(
    engine,
    'FusedBatchNormGradV3',
    attributes(options.epsilon, options.training),
    [dy, x, at.gamma, ...at.saved],
    5,
  );
  for (const tensor of rest) tensor.dispose();
  if (dy !== at.dy) dy.dispose();
  if (!(dx && dgamma && dbeta)) throw new Error('FusedBatchNormGradV3');
  return { dx: backTo(at.x, x, dx), dgamma, dbeta };
}

function runBatchNorm(
  engine: Engine,
  operation: 'FusedBatchNormV3' | 'FusedBatchNormGradV3',
  list: readonly Attribute[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  if (engine.kernels === 'onednn') return runTwin(engine.native, operation, list, inputs, outputs);
  return engine.native.many(operation, list, inputs, outputs);
}

function attributes(epsilon: number, training: boolean, averageFactor?: number): Attribute[] {
  const list = [FLOAT, type('U', 'float32'), float('epsilon', epsilon), NHWC, bool('is_training', training)];
  return averageFactor === undefined ? list : [...list, float('exponential_avg_factor', averageFactor)];
}

/** The kernels take rank 4 only: `[n, c]` goes in as `[n, 1, 1, c]`, which shares the buffer. */
function asImage(x: Tensor): Tensor {
  const [n, channels] = x.shape;
  if (x.rank === 4 || n === undefined || channels === undefined) return x;
  return x.reshape([n, 1, 1, channels]);
}

function backTo(original: Tensor, image: Tensor, y: Tensor): Tensor {
  if (image === original) return y;
  const flat = y.reshape(original.shape);
  y.dispose();
  image.dispose();
  return flat;
}
