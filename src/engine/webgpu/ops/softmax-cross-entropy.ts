import type { Operation } from '../operation.ts';

/**
 * Inputs: logits z and targets t, `[n, classes]`. Outputs: `sum t (log sum exp(z) - z)` per sample, and its
 * gradient `softmax(z) - t`. The largest logit is taken off first, so that exp cannot overflow.
 */
export const softmaxCrossEntropy: Operation = ({ input }) => {
  const targets = input(1);
  const shifted = input(0).sub(input(0).max(1, true));
  const exponentials = shifted.exp();
  const sums = exponentials.sum(1, true);
  const losses = targets.mul(sums.log().sub(shifted)).sum(1);
  return [losses, exponentials.div(sums).sub(targets)];
};
