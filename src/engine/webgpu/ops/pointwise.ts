import type { Operation } from '../operation.ts';

export const mul: Operation = ({ input }) => [input(0).mul(input(1))];

export const add: Operation = ({ input }) => [input(0).add(input(1))];

export const sub: Operation = ({ input }) => [input(0).sub(input(1))];

export const greaterEqual: Operation = ({ input }) => [input(0).greaterEqual(input(1))];

/** From bool to float, the only cast that is asked for. */
export const cast: Operation = ({ input }) => [input(0).toFloat()];

/** `x + bias` along the last axis. */
export const biasAdd: Operation = ({ input }) => [input(0).add(input(1))];

/** `dy` summed over all axes but the last. */
export const biasAddGrad: Operation = ({ input }) => {
  const dy = input(0);
  return [dy.sum(dy.shape.slice(0, -1).map((_, axis) => axis))];
};

export const relu: Operation = ({ input }) => [input(0).relu()];

export const relu6: Operation = ({ input }) => [input(0).relu6()];

/** Inputs: dy, and x or y. `dy` where it is above 0, else 0. */
export const reluGrad: Operation = ({ tf, input }) => [
  input(0).mul(input(1).greater(tf.scalar(0)).toFloat()),
];

/** Inputs: dy, and x or y. `dy` where it is above 0 and below 6, else 0. */
export const relu6Grad: Operation = ({ tf, input }) => {
  const inside = input(1)
    .greater(tf.scalar(0))
    .logicalAnd(input(1).less(tf.scalar(6)));
  return [input(0).mul(inside.toFloat())];
};

/** The product of two matrices, either one transposed first. */
export const matMul: Operation = ({ tf, attributes, input }) => [
  tf.matMul(input(0), input(1), attributes.flag('transpose_a'), attributes.flag('transpose_b')),
];

export const sigmoid: Operation = ({ input }) => [input(0).sigmoid()];

/** Inputs: y, dy. `dy y (1 - y)`. */
export const sigmoidGrad: Operation = ({ tf, input }) => {
  const y = input(0);
  return [input(1).mul(y).mul(tf.scalar(1).sub(y))];
};
