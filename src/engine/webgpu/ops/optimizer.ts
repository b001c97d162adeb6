import type { Call, Operation } from '../operation.ts';

/**
 * ResourceApplyAdam. Inputs: handles of weight, m and v; b1^t, b2^t, rate, b1, b2, epsilon; the gradient g.
 * `m += (g - m) (1 - b1)`, `v += (g² - v) (1 - b2)`,
 * `w -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)`.
 * Source: tensorflow/core/kernels/training_ops.cc, ApplyAdamNonCuda.
 */
export const applyAdam: Operation = (call) => {
  plainOnly(call);
  const { tf, variables, input } = call;
  const [weight, first, second, gradient] = [input(0), input(1), input(2), input(9)];
  const one = tf.scalar(1);
  const [power1, power2, rate, beta1, beta2, epsilon] = [3, 4, 5, 6, 7, 8].map(input);
  if (!(power1 && power2 && rate && beta1 && beta2 && epsilon)) throw new Error('ResourceApplyAdam');
  const m = variables.get(first);
  const v = variables.get(second);
  const newM = m.add(gradient.sub(m).mul(one.sub(beta1)));
  const newV = v.add(gradient.square().sub(v).mul(one.sub(beta2)));
  const alpha = rate.mul(one.sub(power2).sqrt()).div(one.sub(power1));
  variables.set(first, newM);
  variables.set(second, newV);
  variables.set(weight, variables.get(weight).sub(newM.mul(alpha).div(newV.sqrt().add(epsilon))));
  return [];
};

/**
 * ResourceApplyMomentum. Inputs: handles of weight and velocity; rate, gradient, momentum. `v = momentum v + g`,
 * `w -= rate v`.
 */
export const applyMomentum: Operation = (call) => {
  plainOnly(call);
  const { variables, input } = call;
  const [weight, velocity] = [input(0), input(1)];
  const newVelocity = variables.get(velocity).mul(input(4)).add(input(3));
  variables.set(velocity, newVelocity);
  variables.set(weight, variables.get(weight).sub(newVelocity.mul(input(2))));
  return [];
};

function plainOnly({ attributes }: Call): void {
  if (attributes.flag('use_nesterov')) throw new Error('Nesterov momentum has no WebGPU form');
}
