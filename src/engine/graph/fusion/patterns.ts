import type { Attribute } from '../../native.ts';
import type { FusedActivation } from '../../ops/norm-activation.ts';
import type { BatchNormFacts, Form, Step, Weight, WeightedForm } from '../step.ts';

// What a step is, where a kernel of our own can do it in training: a trained layer with the right kernel and stride.

export function trainedNorm({ form, weights }: Step): BatchNormFacts | undefined {
  return form.kind === 'batch-norm' && weights.length > 0 ? form.weights : undefined;
}

export function activationOf({ form }: Step): FusedActivation | undefined {
  if (form.kind !== 'plain') return undefined;
  if (form.operation === 'Relu6') return 'relu6';
  return form.operation === 'Relu' ? 'relu' : undefined;
}

/** The kernel `[1, 1, in, out]` of a trained 1x1 convolution of stride 1 without a bias. */
export function pointwiseKernel({ form, weights }: Step): Weight | undefined {
  if (!isTrainedProduct(form, weights, 'Conv2D')) return undefined;
  const [height, width] = form.kernel.shape;
  return height === 1 && width === 1 && strideOf(form.attributes) === 1 ? form.kernel : undefined;
}

/** The kernel `[3, 3, wide, 1]` of a trained depthwise convolution without a bias with a ring of zeros around. */
export function depthwiseWindow({ form, weights }: Step): { kernel: Weight; stride: number } | undefined {
  if (!isTrainedProduct(form, weights, 'DepthwiseConv2dNative')) return undefined;
  const { kernel, attributes } = form;
  const stride = strideOf(attributes);
  const padding = attribute(attributes, 'padding');
  const explicit = String(attribute(attributes, 'explicit_paddings'));
  const isRing = padding === 'EXPLICIT' ? explicit === '0,0,1,1,1,1,0,0' : padding === 'SAME' && stride === 1;
  const [height, width, wide, multiplier] = kernel.shape;
  const fitsKernel = height === 3 && width === 3 && multiplier === 1 && fits(wide, 16, 8);
  return (stride === 1 || stride === 2) && isRing && fitsKernel ? { kernel, stride } : undefined;
}

function isTrainedProduct(
  form: Form,
  weights: readonly Weight[],
  operation: 'Conv2D' | 'DepthwiseConv2dNative',
): form is WeightedForm {
  return form.kind === 'weighted' && form.operation === operation && !form.bias && weights.length > 0;
}

/** The kernels want a wide side that is a multiple of 16, and a narrow one of 8. */
export function fits(wide: number | undefined, by: number, narrow: number | undefined): boolean {
  return (wide ?? 1) % by === 0 && (narrow ?? 1) % 8 === 0;
}

/** The stride, where it is the same along both axes. */
function strideOf(attributes: readonly Attribute[]): number | undefined {
  const value = attribute(attributes, 'strides');
  const [, vertical, horizontal] = Array.isArray(value) ? value : [];
  return typeof vertical === 'number' && vertical === horizontal ? vertical : undefined;
}

function attribute(attributes: readonly Attribute[], name: string): unknown {
  return attributes.find((one) => one.name === name)?.value;
}
