import type { Engine } from '../load.ts';
import type { Tensor } from '../native.ts';

/** Calls `work` with an empty tensor, which stands for an input of Ferment's kernels that is not there. */
export function withNothing<T>({ tf }: Engine, work: (nothing: Tensor) => T): T {
  const nothing = tf.zeros([0]);
  const result = work(nothing);
  nothing.dispose();
  return result;
}
