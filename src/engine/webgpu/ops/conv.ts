import type { Attributes } from '../attributes.ts';
import { runKernel } from '../kernel.ts';
import type { Operation } from '../operation.ts';

/** Zeros before and after, for batch, height, width, channels; or TensorFlow's own rules. */
export type Padding = 'same' | 'valid' | [Pair, Pair, Pair, Pair];
type Pair = [number, number];

/** The padding of a convolution or pooling as TensorFlow.js takes it. */
export function paddingOf(attributes: Attributes): Padding {
  const word = attributes.word('padding');
  if (word === 'SAME') return 'same';
  if (word === 'VALID') return 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = attributes.numbers('explicit_paddings');
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Convolution; the formula is in `src/engine/ops/conv.ts`. */
export const conv2d: Operation = ({ tf, attributes, input }) => [
  runKernel(tf, 'Conv2D', { x: input(0), filter: input(1) }, convAttributes(attributes)),
];

/** Inputs: the shape of x, the filter, dy. */
export const conv2dBackpropInput: Operation = ({ tf, attributes, input }) => [
  runKernel(
    tf,
    'Conv2DBackpropInput',
    { dy: input(2), filter: input(1) },
    { ...convAttributes(attributes), inputShape: [...input(0).dataSync()] },
  ),
];

/** Inputs: x, the shape of the filter, dy. */
export const conv2dBackpropFilter: Operation = ({ tf, attributes, input }) => [
  runKernel(
    tf,
    'Conv2DBackpropFilter',
    { x: input(0), dy: input(2) },
    { ...convAttributes(attributes), filterShape: [...input(1).dataSync()] },
  ),
];

function convAttributes(attributes: Attributes): Readonly<Record<string, unknown>> {
  return {
    strides: attributes.pair('strides'),
    dilations: attributes.pair('dilations'),
    pad: paddingOf(attributes),
    dataFormat: 'NHWC',
  };
}
