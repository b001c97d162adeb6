import type { Engine } from '../load.ts';
import { bool, shape as shapeAttribute, type Tensor, text, type } from '../native.ts';

/** A variable inside TensorFlow, which its optimizer kernels change in place. */
export interface ResourceVariable {
  readonly handle: Tensor;
  readonly shape: readonly number[];
  /** Takes over the value (the buffer is shared until the next change). */
  assign(value: Tensor): void;
  /** The present value, which later changes leave alone. */
  read(): Tensor;
  dispose(): void;
}

let created = 0;

/** Makes a variable that starts with `value`. */
export function createResourceVariable(engine: Engine, value: Tensor): ResourceVariable {
  const { native } = engine;
  const float = type('dtype', 'float32');
  const handle = native.one(
    'VarHandleOp',
    [
      text('container', ''),
      text('shared_name', `ferment-${created++}`),
      float,
      shapeAttribute('shape', value.shape),
    ],
    [],
  );
  engine.tf.keep(handle);
  const assign = (tensor: Tensor): void => {
    native.many('AssignVariableOp', [float], [handle, tensor], 0);
  };
  assign(value);
  return {
    handle,
    shape: value.shape,
    assign,
    read: () => native.one('ReadVariableOp', [float], [handle]),
    dispose: () => {
      native.many('DestroyResourceOp', [bool('ignore_lookup_error', true)], [handle], 0);
      handle.dispose();
    },
  };
}
