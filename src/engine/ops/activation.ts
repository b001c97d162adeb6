import type { Engine } from '../load.ts';
import { FLOAT, type Tensor } from '../native.ts';

export type ActivationKind = 'relu' | 'relu6';

const KERNELS = {
  relu: { forward: 'Relu', gradient: 'ReluGrad' },
  relu6: { forward: 'Relu6', gradient: 'Relu6Grad' },
} as const;

/** `max(0, x)`, or `min(6, max(0, x))`. */
export function activate(engine: Engine, kind: ActivationKind, x: Tensor): Tensor {
  return engine.native.one(KERNELS[kind].forward, [FLOAT], [x]);
}

/**
 * The gradient from the activation's output `y`: `dy` where `0 < y` (and `y < 6`), else 0; so it is 0 at exactly
 * 0 and at exactly 6. The output serves as well as the input, which need not be kept.
 */
export function activateGradient(engine: Engine, kind: ActivationKind, y: Tensor, dy: Tensor): Tensor {
  return engine.native.one(KERNELS[kind].gradient, [FLOAT], [dy, y]);
}
