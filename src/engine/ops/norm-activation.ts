import type { Engine } from '../load.ts';
import { float, int, type Tensor } from '../native.ts';
import type { BatchNormWeights } from './batch-norm.ts';
import { withNothing } from './nothing.ts';

/** What may follow a batch norm in one operation; the numbers are those of `kernels/vector.h`. */
export const FUSED_ACTIVATIONS = { none: 0, relu: 1, relu6: 2 } as const;
export type FusedActivation = keyof typeof FUSED_ACTIVATIONS;

export interface FusedNormOptions {
  readonly activation: FusedActivation;
  readonly epsilon: number;
  readonly momentum: number;
}

/** Statistics of the batch (the variance is biased), which the gradient reads, and the moved moving statistics. */
export interface NormStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly movingMean: Tensor;
  readonly movingVariance: Tensor;
}

/**
 * `activation(norm(x) + other)` with batch statistics, by Ferment's own kernel: `batchNormTraining`, a sum and
 * `activate` in one, with fewer passes over `x` `[n, h, w, channels]`. `other` is of the same shape, or not there.
 */
export function normActivation(
  engine: Engine,
  { x, other }: { readonly x: Tensor; readonly other: Tensor | undefined },
  { gamma, beta, movingMean, movingVariance }: BatchNormWeights,
  options: FusedNormOptions,
): { y: Tensor; statistics: NormStatistics } {
  return withNothing(engine, (nothing) => {
    const inputs = [x, gamma, beta, movingMean, movingVariance, other ?? nothing];
    const [y, ...rest] = engine.native.many('FermentBatchNorm', attributes(engine, options), inputs, 5);
    if (y === undefined) throw new Error('FermentBatchNorm');
    return { y, statistics: statisticsOf(rest) };
  });
}

/**
 * The gradients of `normActivation`: 0 where the activation is at one of its ends (see `activateGradient`). `y` is the
 * output, wanted where there was an `other`.
 */
export function normActivationGradient(
  engine: Engine,
  at: {
    readonly x: Tensor;
    readonly y: Tensor | undefined;
    readonly gamma: Tensor;
    readonly beta: Tensor;
    readonly mean: Tensor;
    readonly variance: Tensor;
    readonly dy: Tensor;
  },
  options: FusedNormOptions,
): { dx: Tensor; dgamma: Tensor; dbeta: Tensor; dother: Tensor } {
  return withNothing(engine, (nothing) => {
    const inputs = [at.dy, at.x, at.gamma, at.beta, at.mean, at.variance, at.y ?? nothing];
    const outputs = engine.native.many('FermentBatchNormGrad', attributes(engine, options), inputs, 4);
    const [dx, dgamma, dbeta, dother] = outputs;
    if (!(dx && dgamma && dbeta && dother)) throw new Error('FermentBatchNormGrad');
    return { dx, dgamma, dbeta, dother };
  });
}

/** Four outputs in a row of one of Ferment's kernels. */
export function statisticsOf([
  mean,
  variance,
  movingMean,
  movingVariance,
]: readonly Tensor[]): NormStatistics {
  if (!(mean && variance && movingMean && movingVariance)) throw new Error('Statistics of a batch norm');
  return { mean, variance, movingMean, movingVariance };
}

function attributes({ threads }: Engine, { activation, epsilon, momentum }: FusedNormOptions) {
  return [
    int('threads', threads),
    int('activation', FUSED_ACTIVATIONS[activation]),
    float('epsilon', epsilon),
    float('factor', 1 - momentum),
  ];
}
