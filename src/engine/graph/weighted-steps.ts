import type { Engine } from '../load.ts';
import type { Attribute, Tensor } from '../native.ts';
import { biasAdd, biasAddGradient } from '../ops/bias-add.ts';
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  convAttributes,
  type Window,
  windowAttributes,
} from '../ops/conv.ts';
import { matMul, matMulAttributes } from '../ops/dense.ts';
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../ops/depthwise-conv.ts';
import { present, type Step, type Weight, type WeightedForm } from './step.ts';

/** What convolution, depthwise convolution and dense layers share: a kernel, perhaps a bias, perhaps frozen. */
export interface Weighted {
  readonly name: string;
  readonly input: number;
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
  readonly trainable: boolean;
}

interface Product {
  readonly operation: WeightedForm['operation'];
  /** Of the operation in inference. */
  readonly attributes: readonly Attribute[];
  readonly convolution?: WeightedForm['convolution'];
  readonly multiply: (engine: Engine, x: Tensor, kernel: Tensor, bias: Tensor | undefined) => Tensor;
  readonly inputGradient: (engine: Engine, at: { x: Tensor; kernel: Tensor; dy: Tensor }) => Tensor;
  readonly kernelGradient: (engine: Engine, at: { x: Tensor; kernel: Tensor; dy: Tensor }) => Tensor;
}

/** `input` is the shape of what it reads, without the batch axis. */
export function convStep(layer: Weighted, window: Window, input: readonly number[]): Step {
  return weightedStep(layer, {
    operation: 'Conv2D',
    attributes: convAttributes(window),
    convolution: { window, input },
    multiply: (engine, x, filter, bias) => conv2d(engine, x, { filter, bias }, window),
    inputGradient: (engine, { x, kernel, dy }) =>
      conv2dInputGradient(engine, { inputShape: x.shape, filter: kernel, dy }, window),
    kernelGradient: (engine, { x, kernel, dy }) =>
      conv2dFilterGradient(engine, { x, filterShape: kernel.shape, dy }, window),
  });
}

export function depthwiseStep(layer: Weighted, window: Window): Step {
  return weightedStep(layer, {
    operation: 'DepthwiseConv2dNative',
    attributes: windowAttributes(window),
    multiply: (engine, x, kernel, bias) => plusBias(engine, depthwiseConv2d(engine, x, kernel, window), bias),
    inputGradient: (engine, { x, kernel, dy }) =>
      depthwiseConv2dInputGradient(engine, { inputShape: x.shape, filter: kernel, dy }, window),
    kernelGradient: (engine, { x, kernel, dy }) =>
      depthwiseConv2dFilterGradient(engine, { x, filterShape: kernel.shape, dy }, window),
  });
}

/** `y = x W + b`; the gradients are `dy W^T` and `x^T dy`. */
export function denseStep(layer: Weighted): Step {
  return weightedStep(layer, {
    operation: 'MatMul',
    attributes: matMulAttributes(),
    multiply: (engine, x, kernel, bias) => plusBias(engine, matMul(engine, x, kernel), bias),
    inputGradient: (engine, { kernel, dy }) => matMul(engine, dy, kernel, { b: true }),
    kernelGradient: (engine, { x, dy }) => matMul(engine, x, dy, { a: true }),
  });
}

function weightedStep(layer: Weighted, product: Product): Step {
  const { kernel, bias, trainable } = layer;
  const { operation, attributes, convolution } = product;
  const form = { kind: 'weighted', operation, attributes, kernel, bias } as const;
  return {
    name: layer.name,
    form: convolution === undefined ? form : { ...form, convolution },
    inputs: [layer.input],
    weights: trainable ? [kernel, ...(bias ? [bias] : [])] : [],
    keepsInputs: true,
    keepsOutput: false,
    forward: ({ engine }, [x]) => ({
      output: product.multiply(engine, present(x), kernel.variable.read(), bias?.variable.read()),
    }),
    backward: ({ engine }, { inputs, dy, wants }) => {
      const at = { x: present(inputs[0]), kernel: kernel.variable.read(), dy };
      const weights = trainable ? [product.kernelGradient(engine, at)] : [];
      if (trainable && bias) weights.push(biasAddGradient(engine, dy));
      return { inputs: [wants[0] ? product.inputGradient(engine, at) : undefined], weights };
    },
  };
}

/** Adds the bias, where there is one, and consumes `y`. */
function plusBias(engine: Engine, y: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return y;
  const sum = biasAdd(engine, y, bias);
  y.dispose();
  return sum;
}
