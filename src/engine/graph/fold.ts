import type { BatchNormFacts, Weight, WeightedForm } from './step.ts';

/** Numbers that an operation of the inference graph reads: a weight as it is, or one made of several. */
export interface Feed {
  readonly shape: readonly number[];
  /** What the numbers depend on. */
  readonly sources: readonly Weight[];
  /** Makes them; where it is missing, they are the only source's. */
  readonly make?: (values: readonly Float32Array[]) => Float32Array<ArrayBuffer>;
}

/** What a product reads in inference. */
export interface FoldedProduct {
  readonly kernel: Feed;
  readonly bias: Feed | undefined;
}

/** A product as it is. */
export function plainProduct({ kernel, bias }: WeightedForm): FoldedProduct {
  return { kernel: asIs(kernel), bias: bias === undefined ? undefined : asIs(bias) };
}

/**
 * A product with the batch norm after it: `gamma (x W + b - mean) / s + beta`, with s the root of variance + epsilon,
 * is `x (W gamma / s) + ((b - mean) gamma / s + beta)`. The channels of the output are the last axis of a kernel (of a
 * depthwise one, whose last side is 1, the one before), so the flat index runs through them. In double precision.
 */
export function foldedProduct({ kernel, bias }: WeightedForm, norm: BatchNormFacts): FoldedProduct {
  const channels = norm.gamma.shape;
  const facts = sourcesOf(norm);
  return {
    kernel: {
      shape: kernel.shape,
      sources: [kernel, ...facts],
      make: ([values = NONE, ...rest]) => {
        const { scale } = scaleAndShift(rest, norm.epsilon);
        return values.map((value, i) => value * (scale[i % scale.length] ?? 0));
      },
    },
    bias: {
      shape: channels,
      sources: [...facts, ...(bias === undefined ? [] : [bias])],
      make: (values) => {
        const { scale, shift } = scaleAndShift(values, norm.epsilon);
        const before = values[facts.length];
        return Float32Array.from(shift, (value, c) => value + (before?.[c] ?? 0) * (scale[c] ?? 0));
      },
    },
  };
}

/** A batch norm that stands alone: `x scale + shift`. */
export function scaleAndShiftFeeds(norm: BatchNormFacts): { readonly scale: Feed; readonly shift: Feed } {
  const feed = (part: 'scale' | 'shift'): Feed => ({
    shape: norm.gamma.shape,
    sources: sourcesOf(norm),
    make: (values) => Float32Array.from(scaleAndShift(values, norm.epsilon)[part]),
  });
  return { scale: feed('scale'), shift: feed('shift') };
}

const NONE = new Float32Array(0);

function asIs(weight: Weight): Feed {
  return { shape: weight.shape, sources: [weight] };
}

function sourcesOf({ gamma, beta, movingMean, movingVariance }: BatchNormFacts): readonly Weight[] {
  return [gamma, beta, movingMean, movingVariance];
}

/** `scale = gamma / sqrt(variance + epsilon)`, `shift = beta - mean scale`, from the values of `sourcesOf`. */
function scaleAndShift(
  [gamma = NONE, beta = NONE, mean = NONE, variance = NONE]: readonly Float32Array[],
  epsilon: number,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const scale = Float64Array.from(gamma, (value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = Float64Array.from(beta, (value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0));
  return { scale, shift };
}
