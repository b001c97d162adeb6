import type { Tensor, Tf } from '../native.ts';
import type { Variables } from './operation.ts';

/** Values by the identity of their handles' data. */
export function createVariables(tf: Tf): Variables {
  const values = new WeakMap<object, Tensor>();
  return {
    create: () => tf.scalar(0),
    get: (handle) => {
      const value = values.get(handle.dataId);
      if (value === undefined) throw new Error('The variable has no value');
      return value;
    },
    set: (handle, value) => {
      const before = values.get(handle.dataId);
      values.set(handle.dataId, tf.keep(value.clone()));
      before?.dispose();
    },
    delete: (handle) => {
      values.get(handle.dataId)?.dispose();
      values.delete(handle.dataId);
    },
  };
}
