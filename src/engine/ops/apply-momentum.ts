import type { Engine } from '../load.ts';
import { bool, FLOAT, type Tensor } from '../native.ts';
import type { ResourceVariable } from './resource-variable.ts';

/**
 * One step of stochastic gradient descent with momentum, in place: `v = momentum v + g`, `w -= rate v`; no
 * dampening, no Nesterov. PyTorch's form, which is also that of the kernel ResourceApplyMomentum.
 */
export function applyMomentum(
  engine: Engine,
  target: { readonly weight: ResourceVariable; readonly velocity: ResourceVariable },
  scalars: { readonly learningRate: Tensor; readonly momentum: Tensor },
  gradient: Tensor,
): void {
  engine.native.many(
    'ResourceApplyMomentum',
    [FLOAT, bool('use_locking', false), bool('use_nesterov', false)],
    [target.weight.handle, target.velocity.handle, scalars.learningRate, gradient, scalars.momentum],
    0,
  );
}
