import { FLOAT, type Tensor } from '../native.ts';
import { operation, plainStep } from './plain-steps.ts';
import { type Pass, present, type Step } from './step.ts';

/**
 * The product of two tensors of one rank, where a side of 1 counts for every place of the other's: with
 * `[n, h, w, c]` and `[n, 1, 1, c]` each map is scaled by its own factor (squeeze and excitation, Hu et al., 2018).
 */
export function multiplyStep(name: string, inputs: readonly [number, number]): Step {
  return plainStep({
    name,
    inputs,
    form: operation('Mul'),
    keepsInputs: true,
    forward: ({ engine }, [a, b]) => ({
      output: engine.native.one('Mul', [FLOAT], [present(a), present(b)]),
    }),
    backward: (pass, { inputs: [a, b], dy, wants }) => ({
      inputs: [
        wants[0] ? gradientFor(pass, present(a), present(b), dy) : undefined,
        wants[1] ? gradientFor(pass, present(b), present(a), dy) : undefined,
      ],
      weights: [],
    }),
  });
}

/** `dy other`, summed over the axes along which `own` was repeated. */
function gradientFor({ engine }: Pass, own: Tensor, other: Tensor, dy: Tensor): Tensor {
  const product = engine.native.one('Mul', [FLOAT], [dy, other]);
  const repeated = own.shape.flatMap((side, axis) => (side === 1 && product.shape[axis] !== 1 ? [axis] : []));
  if (repeated.length === 0) return product;
  const sum = product.sum(repeated, true);
  product.dispose();
  return sum;
}
