import type { Engine } from '../load.ts';
import { FLOAT, type OperationName, type Tensor } from '../native.ts';

export type ActivationKind = 'relu' | 'relu6' | 'sigmoid';

const KERNELS = {
  relu: { forward: 'Relu', gradient: 'ReluGrad' },
  relu6: { forward: 'Relu6', gradient: 'Relu6Grad' },
  sigmoid: { forward: 'Sigmoid', gradient: 'SigmoidGrad' },
} as const;

/** TensorFlow's operation of this kind. */
export function activationOperation(kind: ActivationKind): OperationName {
  return KERNELS[kind].forward;
}

/** `max(0, x)`, `min(6, max(0, x))`, or `1 / (1 + exp(-x))`. */
export function activate(engine: Engine, kind: ActivationKind, x: Tensor): Tensor {
  return engine.native.one(activationOperation(kind), [FLOAT], [x]);
}

/**
 * The gradient from the activation's output `y`, which serves as well as the input, and the input need not be kept.
 * ReLUs: `dy` where `0 < y` (and `y < 6`), else 0; so it is 0 at exactly 0 and at exactly 6. Sigmoid: `dy y (1 - y)`.
 */
export function activateGradient(engine: Engine, kind: ActivationKind, y: Tensor, dy: Tensor): Tensor {
  // The kernels do not agree on the order of their inputs.
  return engine.native.one(KERNELS[kind].gradient, [FLOAT], kind === 'sigmoid' ? [y, dy] : [dy, y]);
}
