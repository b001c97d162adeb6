import type { Engine } from '../load.ts';
import { FLOAT, type } from '../native.ts';
import type { ResourceVariable } from './resource-variable.ts';

/**
 * Shrinks weights in place, `w -= rate w`, where `rate` is learning rate times weight decay: the decay of AdamW, which
 * does not go through the moments (Loshchilov and Hutter, 2019, algorithm 2, in PyTorch's form: before Adam's step).
 */
export function decayWeights(engine: Engine, weights: readonly ResourceVariable[], rate: number): void {
  const { native, tf } = engine;
  const factor = tf.scalar(rate);
  for (const weight of weights) {
    const value = weight.read();
    const part = native.one('Mul', [FLOAT], [value, factor]);
    value.dispose(); // else the variable would be copied before it is changed
    native.many('AssignSubVariableOp', [type('dtype', 'float32')], [weight.handle, part], 0);
    part.dispose();
  }
  factor.dispose();
}
