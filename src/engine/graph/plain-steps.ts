import { FLOAT } from '../native.ts';
import { type ActivationKind, activate, activateGradient } from '../ops/activation.ts';
import { dropoutMask } from '../ops/dropout.ts';
import { maxPool, maxPoolGradient, type Pool } from '../ops/max-pool.ts';
import { present, type Step } from './step.ts';

/** What every step without weights has. */
interface Plain {
  readonly name: string;
  readonly input: number;
}

/** The place of the model's input; the runner fills its value in. */
export function inputStep(name: string): Step {
  const never = (): never => {
    throw new Error('The input has no operation');
  };
  return {
    name,
    inputs: [],
    weights: [],
    keepsInputs: false,
    keepsOutput: false,
    forward: never,
    backward: never,
  };
}

export function activationStep({ name, input }: Plain, kind: ActivationKind): Step {
  return {
    name,
    inputs: [input],
    weights: [],
    keepsInputs: false,
    keepsOutput: true,
    forward: ({ engine }, [x]) => ({ output: activate(engine, kind, present(x)) }),
    backward: ({ engine }, { output, dy }) => ({
      inputs: [activateGradient(engine, kind, present(output), dy)],
      weights: [],
    }),
  };
}

export function maxPoolStep({ name, input }: Plain, pool: Pool): Step {
  return {
    name,
    inputs: [input],
    weights: [],
    keepsInputs: true,
    keepsOutput: true,
    forward: ({ engine }, [x]) => {
      const { y, places } = maxPool(engine, present(x), pool);
      return { output: y, saved: places === undefined ? [] : [places] };
    },
    backward: ({ engine }, { inputs, output, saved: [places], dy }) => ({
      inputs: [maxPoolGradient(engine, { x: present(inputs[0]), y: present(output), places, dy }, pool)],
      weights: [],
    }),
  };
}

/** Element-wise dropout in training, nothing in inference. */
export function dropoutStep({ name, input }: Plain, rate: number): Step {
  return {
    name,
    inputs: [input],
    weights: [],
    keepsInputs: false,
    keepsOutput: false,
    forward: ({ engine, training, dropoutSeed }, [given]) => {
      const x = present(given);
      if (!training || rate === 0) return { output: x.clone() };
      const mask = dropoutMask(engine, x.shape, rate, dropoutSeed(name));
      return { output: engine.native.one('Mul', [FLOAT], [x, mask]), saved: [mask] };
    },
    backward: ({ engine }, { saved: [mask], dy }) => ({
      inputs: [mask === undefined ? dy.clone() : engine.native.one('Mul', [FLOAT], [dy, mask])],
      weights: [],
    }),
  };
}

/** The sum of two branches; each gets the whole gradient. */
export function addStep(name: string, inputs: readonly [number, number]): Step {
  return {
    name,
    inputs,
    weights: [],
    keepsInputs: false,
    keepsOutput: false,
    forward: ({ engine }, [a, b]) => ({
      output: engine.native.one('AddV2', [FLOAT], [present(a), present(b)]),
    }),
    backward: (_, { dy, wants }) => ({ inputs: wants.map((w) => (w ? dy.clone() : undefined)), weights: [] }),
  };
}

/** `[n, h, w, c]` to `[n, h w c]`; the buffer is shared. */
export function flattenStep(plain: Plain, inputShape: readonly number[]): Step {
  const size = inputShape.reduce((product, side) => product * side, 1);
  return reshapeStep(plain, inputShape, [size]);
}

/** The same numbers in another shape, both without the batch axis; the buffer is shared. */
export function reshapeStep(
  { name, input }: Plain,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Step {
  return {
    name,
    inputs: [input],
    weights: [],
    keepsInputs: false,
    keepsOutput: false,
    forward: (_, [x]) => ({ output: present(x).reshape([-1, ...outputShape]) }),
    backward: (_, { dy }) => ({ inputs: [dy.reshape([-1, ...inputShape])], weights: [] }),
  };
}

/** The mean over height and width, `[n, h, w, c]` to `[n, c]`; images of any size. */
export function globalAverageStep({ name, input }: Plain): Step {
  return {
    name,
    inputs: [input],
    weights: [],
    keepsInputs: true, // for its size alone
    keepsOutput: false,
    forward: (_, [x]) => ({ output: present(x).mean([1, 2]) }),
    backward: ({ engine: { tf } }, { inputs, dy }) => ({
      inputs: [
        tf.tidy(() => {
          const [n = 0, height = 1, width = 1, channels = 1] = present(inputs[0]).shape;
          const share = dy.mul(1 / (height * width)).reshape([n, 1, 1, channels]);
          return share.broadcastTo([n, height, width, channels]);
        }),
      ],
      weights: [],
    }),
  };
}
