import type { Operation } from '../operation.ts';
import { statelessUniform } from './philox.ts';

/** StatelessRandomUniform. Inputs: the shape, two 32-bit numbers as seed. Made on the processor: masks are small. */
export const statelessRandomUniform: Operation = ({ tf, input }) => {
  const shape = [...input(0).dataSync()];
  const [key = 0, counter = 0] = input(1).dataSync();
  const count = shape.reduce((product, side) => product * side, 1);
  return [tf.tensor(statelessUniform(count, [key, counter]), shape)];
};
