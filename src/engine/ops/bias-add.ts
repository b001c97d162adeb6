import type { Engine } from '../load.ts';
import { FLOAT, NHWC, type Tensor } from '../native.ts';

/** `x + bias` along the last axis, by BiasAdd. */
export function biasAdd(engine: Engine, x: Tensor, bias: Tensor): Tensor {
  return engine.native.one('BiasAdd', [FLOAT, NHWC], [x, bias]);
}

/** The gradient for the bias: `dy` summed over all axes but the last, by BiasAddGrad. */
export function biasAddGradient(engine: Engine, dy: Tensor): Tensor {
  return engine.native.one('BiasAddGrad', [FLOAT, NHWC], [dy]);
}
