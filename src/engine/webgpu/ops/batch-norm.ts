import type { Tensor, Tf } from '../../native.ts';
import { runKernel } from '../kernel.ts';
import type { Operation } from '../operation.ts';

const ALL_BUT_CHANNELS = [0, 1, 2];

/**
 * FusedBatchNormV3. Inputs: x `[n, h, w, c]`, scale, offset, moving mean and variance. Outputs: y, the new moving
 * statistics, then what the gradient reads: mean and biased variance of the batch (of the moving statistics when
 * `is_training` is false), and a third that is not used here. The formulas are in `src/engine/ops/batch-norm.ts`.
 */
export const fusedBatchNorm: Operation = ({ tf, attributes, input }) => {
  const [x, scale, offset, movingMean, movingVariance] = [input(0), input(1), input(2), input(3), input(4)];
  const varianceEpsilon = attributes.number('epsilon');
  const unused = tf.scalar(0);
  if (!attributes.flag('is_training')) {
    const inputs = { x, scale, offset, mean: movingMean, variance: movingVariance };
    const y = runKernel(tf, 'FusedBatchNorm', inputs, { varianceEpsilon });
    const statistics = [movingMean.clone(), movingVariance.clone()];
    return [y, ...statistics, movingMean.clone(), movingVariance.clone(), unused];
  }
  const mean = x.mean(ALL_BUT_CHANNELS);
  const variance = x.squaredDifference(mean).mean(ALL_BUT_CHANNELS);
  const y = runKernel(tf, 'FusedBatchNorm', { x, scale, offset, mean, variance }, { varianceEpsilon });
  const count = x.size / mean.size;
  const share = attributes.number('exponential_avg_factor');
  const unbiased = variance.mul(count / Math.max(count - 1, 1));
  return [
    y,
    movingMean.mul(1 - share).add(mean.mul(share)),
    movingVariance.mul(1 - share).add(unbiased.mul(share)),
    mean,
    variance,
    unused,
  ];
};

/**
 * FusedBatchNormGradV3. Inputs: dy, x, scale, mean, variance, unused. Outputs: the gradients of x, scale and offset,
 * and two that are not used. With `h = (x - mean) / sqrt(variance + epsilon)` and means over all axes but the last:
 * `dscale = sum(dy h)`, `doffset = sum(dy)`,
 * `dx = scale / sqrt(variance + epsilon) (dy - mean(dy) - h mean(dy h))`, without the last two terms when
 * `is_training` is false. Source: Ioffe and Szegedy (2015), section 3.
 */
export const fusedBatchNormGrad: Operation = ({ tf, attributes, input }) => {
  const [dy, x, scale, mean, variance] = [input(0), input(1), input(2), input(3), input(4)];
  const inverse = variance.add(attributes.number('epsilon')).rsqrt();
  const normalised = x.sub(mean).mul(inverse);
  const dScale = dy.mul(normalised).sum(ALL_BUT_CHANNELS);
  const dOffset = dy.sum(ALL_BUT_CHANNELS);
  const factor = scale.mul(inverse);
  const dx = attributes.flag('is_training')
    ? centred(tf, dy, normalised, { dScale, dOffset }).mul(factor)
    : dy.mul(factor);
  return [dx, dScale, dOffset, tf.scalar(0), tf.scalar(0)];
};

function centred(
  tf: Tf,
  dy: Tensor,
  normalised: Tensor,
  { dScale, dOffset }: { readonly dScale: Tensor; readonly dOffset: Tensor },
): Tensor {
  const share = tf.scalar(dOffset.size / dy.size);
  return dy.sub(dOffset.mul(share)).sub(normalised.mul(dScale.mul(share)));
}
