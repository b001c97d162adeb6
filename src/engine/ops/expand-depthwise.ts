import type { Engine } from '../load.ts';
import { float, int, type Tensor } from '../native.ts';
import type { BatchNormWeights } from './batch-norm.ts';
import { type NormStatistics, statisticsOf } from './norm-activation.ts';
import { withNothing } from './nothing.ts';
import { productAttributes } from './products.ts';

export interface ExpandDepthwiseOptions {
  readonly stride: number;
  /** Of both batch norms, like `momentum`. */
  readonly epsilon: number;
  readonly momentum: number;
}

/** A widening 1x1 convolution `[1, 1, narrow, wide]` and its batch norm. */
export interface Expansion {
  readonly kernel: Tensor;
  readonly norm: BatchNormWeights;
}

/** What the gradient reads again, besides input and output. */
export interface ExpandDepthwiseSaved {
  /** Mean `[narrow]` and covariance `[narrow, narrow]` of the input. */
  readonly inputMean: Tensor;
  readonly covariance: Tensor;
  readonly inner: NormStatistics;
  readonly outer: NormStatistics;
}

/**
 * The first half of an inverted bottleneck (Sandler et al., 2018) in training, by Ferment's own kernel:
 * `d = depthwise3x3(relu6(norm(x expand)))`, a ring of zeros around, and the statistics of the batch norm that follows
 * `d`. The tensor after the expansion, six times as wide as `x`, is never in memory: its mean is `expand^T mean(x)` and
 * its variance `expand^T covariance(x) expand`, so that it can be normalised as it comes into being. Without an
 * expansion, `d = depthwise3x3(x)`.
 */
export function expandDepthwise(
  engine: Engine,
  x: Tensor,
  weights: {
    readonly expansion: Expansion | undefined;
    readonly depthwise: Tensor;
    readonly outer: BatchNormWeights;
  },
  options: ExpandDepthwiseOptions,
): { d: Tensor; saved: ExpandDepthwiseSaved } {
  return withNothing(engine, (nothing) => {
    const { expansion, depthwise, outer } = weights;
    const inputs = [x, expansion?.kernel ?? nothing, depthwise];
    const norms = [...normInputs(expansion?.norm, nothing), ...normInputs(outer, nothing)];
    const list = [...attributes(engine, options), float('factor', 1 - options.momentum)];
    const outputs = engine.native.many('FermentExpandDepthwise', list, [...inputs, ...norms], 11);
    const [d, inputMean, covariance] = outputs;
    if (!(d && inputMean && covariance)) throw new Error('FermentExpandDepthwise');
    const inner = statisticsOf(outputs.slice(3, 7));
    return { d, saved: { inputMean, covariance, inner, outer: statisticsOf(outputs.slice(7)) } };
  });
}

/** Of the statistics the gradient reads those of the batch only. */
type Saved = Pick<ExpandDepthwiseSaved, 'inputMean' | 'covariance'> & {
  readonly inner: KnownStatistics;
  readonly outer: KnownStatistics;
};
type KnownStatistics = Pick<NormStatistics, 'mean' | 'variance'>;

/** The gradient before the activation that follows `d`, and its sums: what `normProjectGradient` gives. */
export interface OuterGradient {
  readonly g: Tensor;
  readonly dgamma: Tensor;
  readonly dbeta: Tensor;
}

export interface ExpandDepthwiseGradients {
  readonly dx: Tensor;
  readonly ddepthwise: Tensor;
  readonly dexpansion: { readonly kernel: Tensor; readonly gamma: Tensor; readonly beta: Tensor } | undefined;
}

/** The gradients of `expandDepthwise`, through both batch norms' statistics. The wide tensor is made anew in pieces. */
export function expandDepthwiseGradient(
  engine: Engine,
  at: {
    readonly x: Tensor;
    readonly d: Tensor;
    readonly saved: Saved;
    readonly expansion: Expansion | undefined;
    readonly depthwise: Tensor;
    readonly outer: BatchNormWeights;
    readonly outerGradient: OuterGradient;
  },
  options: ExpandDepthwiseOptions,
): ExpandDepthwiseGradients {
  return withNothing(engine, (nothing) => {
    const { x, d, saved, expansion, outerGradient } = at;
    const inner = expansion
      ? [expansion.norm.gamma, expansion.norm.beta, saved.inner.mean, saved.inner.variance]
      : Array(4).fill(nothing);
    const inputs = [
      ...[outerGradient.g, d, x, saved.inputMean, saved.covariance],
      ...[expansion?.kernel ?? nothing, at.depthwise, ...inner],
      ...[at.outer.gamma, at.outer.beta, saved.outer.mean, saved.outer.variance],
      ...[outerGradient.dgamma, outerGradient.dbeta],
    ];
    const outputs = engine.native.many('FermentExpandDepthwiseGrad', attributes(engine, options), inputs, 5);
    const [dx, kernel, ddepthwise, gamma, beta] = outputs;
    if (!(dx && kernel && ddepthwise && gamma && beta)) throw new Error('FermentExpandDepthwiseGrad');
    if (expansion) return { dx, ddepthwise, dexpansion: { kernel, gamma, beta } };
    engine.tf.dispose([kernel, gamma, beta]);
    return { dx, ddepthwise, dexpansion: undefined };
  });
}

function attributes(engine: Engine, { stride, epsilon }: ExpandDepthwiseOptions) {
  return [...productAttributes(engine), int('stride', stride), float('epsilon', epsilon)];
}

function normInputs(norm: BatchNormWeights | undefined, nothing: Tensor): Tensor[] {
  return norm ? [norm.gamma, norm.beta, norm.movingMean, norm.movingVariance] : Array(4).fill(nothing);
}
