import type { Attributes } from '../attributes.ts';
import { runKernel } from '../kernel.ts';
import type { Operation } from '../operation.ts';
import { paddingOf } from './conv.ts';

/** One filter per channel; the formula is in `src/engine/ops/depthwise-conv.ts`. */
export const depthwiseConv2d: Operation = ({ tf, attributes, input }) => [
  runKernel(tf, 'DepthwiseConv2dNative', { x: input(0), filter: input(1) }, depthwiseAttributes(attributes)),
];

/** Inputs: the shape of x, the filter, dy. */
export const depthwiseConv2dBackpropInput: Operation = ({ tf, attributes, input }) => [
  runKernel(
    tf,
    'DepthwiseConv2dNativeBackpropInput',
    { dy: input(2), filter: input(1) },
    { ...depthwiseAttributes(attributes), inputShape: [...input(0).dataSync()] },
  ),
];

/** Inputs: x, the shape of the filter, dy. */
export const depthwiseConv2dBackpropFilter: Operation = ({ tf, attributes, input }) => [
  runKernel(
    tf,
    'DepthwiseConv2dNativeBackpropFilter',
    { x: input(0), dy: input(2) },
    { ...depthwiseAttributes(attributes), filterShape: [...input(1).dataSync()] },
  ),
];

function depthwiseAttributes(attributes: Attributes): Readonly<Record<string, unknown>> {
  return {
    strides: attributes.pair('strides'),
    dilations: attributes.pair('dilations'),
    pad: paddingOf(attributes),
    dataFormat: 'NHWC',
  };
}
