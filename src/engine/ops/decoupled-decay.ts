import type { Engine } from '../load.ts';
import { FLOAT } from '../native.ts';
import type { ResourceVariable } from './resource-variable.ts';

/**
 * Shrinks weights in place, `w = (1 - rate) w`, where `rate` is learning rate times weight decay: the decay of AdamW,
 * which does not go through the moments (Loshchilov and Hutter, 2019, algorithm 2, in PyTorch's form: before Adam's
 * step).
 */
export function decayWeights(engine: Engine, weights: readonly ResourceVariable[], rate: number): void {
  const factor = engine.tf.scalar(1 - rate);
  for (const weight of weights) {
    const value = weight.read();
    const smaller = engine.native.one('Mul', [FLOAT], [value, factor]);
    weight.assign(smaller);
    value.dispose();
    smaller.dispose();
  }
  factor.dispose();
}
