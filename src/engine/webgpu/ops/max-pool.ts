import type { Attributes } from '../attributes.ts';
import { runKernel } from '../kernel.ts';
import type { Operation } from '../operation.ts';
import { paddingOf } from './conv.ts';

/** The largest value of each window. */
export const maxPool: Operation = ({ tf, attributes, input }) => [
  runKernel(tf, 'MaxPool', { x: input(0) }, poolAttributes(attributes)),
];

/** Inputs: x, y, dy. */
export const maxPoolGrad: Operation = ({ tf, attributes, input }) => [
  runKernel(
    tf,
    'MaxPoolGrad',
    { dy: input(2), input: input(0), output: input(1) },
    poolAttributes(attributes),
  ),
];

function poolAttributes(attributes: Attributes): Readonly<Record<string, unknown>> {
  return {
    filterSize: attributes.pair('ksize'),
    strides: attributes.pair('strides'),
    pad: paddingOf(attributes),
  };
}
