import type { Engine } from '../load.ts';
import { FLOAT, type Tensor } from '../native.ts';

/**
 * Cross-entropy of softmax(logits) with target rows that sum to 1, stable for any logits:
 * `losses[n] = sum t (log sum exp(z) - z)` per sample, and its gradient `softmax(z) - t`, both from one kernel.
 */
export function softmaxCrossEntropy(
  engine: Engine,
  logits: Tensor,
  targets: Tensor,
): { losses: Tensor; gradient: Tensor } {
  const [losses, gradient] = engine.native.many(
    'SoftmaxCrossEntropyWithLogits',
    [FLOAT],
    [logits, targets],
    2,
  );
  if (!(losses && gradient)) throw new Error('SoftmaxCrossEntropyWithLogits');
  return { losses, gradient };
}

/** Target rows `[n, classes]`: `1 - smoothing` on the label, and `smoothing / classes` on every class. */
export function smoothedTargets(
  labels: ArrayLike<number>,
  classes: number,
  smoothing: number,
): Float32Array<ArrayBuffer> {
  const rest = smoothing / classes;
  const rows = new Float32Array(labels.length * classes).fill(rest);
  for (let i = 0; i < labels.length; i++) rows[i * classes + (labels[i] ?? 0)] = 1 - smoothing + rest;
  return rows;
}
