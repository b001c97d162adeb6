import type { Engine } from './load.ts';
import { FLOAT, type Tensor } from './native.ts';
import { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';

/** Of one batch, not read back yet. */
export interface BatchLoss {
  readonly losses: Tensor;
  /** For the logits, of the mean loss. */
  readonly gradient: Tensor;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** `rows`: targets `[n, classes]`; `weights`: a factor for each sample. */
export function lossOf(
  engine: Engine,
  logits: Tensor,
  rows: Float32Array,
  weights: Float32Array<ArrayBuffer>,
): BatchLoss {
  const { tf, native } = engine;
  const [count = 0, classes = 0] = logits.shape;
  const targets = tf.tensor(rows, [count, classes]);
  const { losses, gradient } = softmaxCrossEntropy(engine, logits, targets);
  const factors = tf.tensor(
    weights.map((weight) => weight / count),
    [count, 1],
  );
  const scaled = native.one('Mul', [FLOAT], [gradient, factors]);
  tf.dispose([targets, gradient, factors]);
  return { losses, gradient: scaled, weights };
}

/** The factor of each sample. */
export function classWeightsOf(
  labels: ArrayLike<number>,
  classWeights: readonly number[] | undefined,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: labels.length }, (_, i) => classWeights?.[labels[i] ?? 0] ?? 1);
}

export interface StepResult {
  /** Mean loss of the batch before the step, in training mode, without weight decay. */
  readonly loss: number;
  /** How many images had their label as the largest logit (the first wins a tie). */
  readonly correct: number;
}

/** Reads the results last, when a GPU has had time to work. */
export function finish(
  logits: Tensor,
  { losses, weights }: BatchLoss,
  labels: ArrayLike<number>,
): StepResult {
  const scores = logits.dataSync();
  const perSample = losses.dataSync();
  const classes = logits.shape[1] ?? 0;
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    loss += (perSample[i] ?? 0) * (weights[i] ?? 0);
    if (argMax(scores, i * classes, classes) === labels[i]) correct++;
  }
  logits.dispose();
  losses.dispose();
  return { loss: loss / labels.length, correct };
}

function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] ?? 0) > (values[start + best] ?? 0)) best = i;
  }
  return best;
}
