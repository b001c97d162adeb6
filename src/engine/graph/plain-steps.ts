import { bool, FLOAT, type Tensor, type } from '../native.ts';
import { type ActivationKind, activate, activateGradient, activationOperation } from '../ops/activation.ts';
import { dropout } from '../ops/dropout.ts';
import { maxPool, maxPoolGradient, type Pool, poolAttributes } from '../ops/max-pool.ts';
import { type Form, type Pass, present, type Step } from './step.ts';

/** What every step without weights on one input has. */
interface Plain {
  readonly name: string;
  readonly input: number;
}

/** What a step without weights does, and what it keeps, where it keeps something. */
type Work = Pick<Step, 'name' | 'inputs' | 'form' | 'forward' | 'backward'> &
  Partial<Pick<Step, 'keepsInputs' | 'keepsOutput'>>;

/** Fills in what a step without weights lacks. */
export function plainStep(work: Work): Step {
  return { weights: [], keepsInputs: false, keepsOutput: false, ...work };
}

/** The form of a step that is one operation. */
export function operation(name: string, attributes = [FLOAT], integers?: readonly number[]): Form {
  return { kind: 'plain', operation: name, attributes, ...(integers === undefined ? {} : { integers }) };
}

/** The place of the model's input; the runner fills its value in. */
export function inputStep(name: string): Step {
  const never = (): never => {
    throw new Error('The input has no operation');
  };
  return plainStep({ name, inputs: [], form: { kind: 'input' }, forward: never, backward: never });
}

export function activationStep({ name, input }: Plain, kind: ActivationKind): Step {
  return plainStep({
    name,
    inputs: [input],
    form: operation(activationOperation(kind)),
    keepsOutput: true,
    forward: ({ engine }, [x]) => ({ output: activate(engine, kind, present(x)) }),
    backward: ({ engine }, { output, dy }) => ({
      inputs: [activateGradient(engine, kind, present(output), dy)],
      weights: [],
    }),
  });
}

export function maxPoolStep({ name, input }: Plain, pool: Pool): Step {
  return plainStep({
    name,
    inputs: [input],
    form: operation('MaxPool', poolAttributes(pool)),
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
  });
}

/** Element-wise dropout in training, nothing in inference. */
/** The mask is made again in the backward pass: that costs less than to keep it. */
export function dropoutStep({ name, input }: Plain, rate: number): Step {
  const apply = ({ engine, training, dropoutSeed }: Pass, x: Tensor): Tensor =>
    training && rate > 0 ? dropout(engine, x, rate, dropoutSeed(name)) : x.clone();
  return plainStep({
    name,
    inputs: [input],
    form: operation('Identity'),
    forward: (pass, [x]) => ({ output: apply(pass, present(x)) }),
    backward: (pass, { dy }) => ({ inputs: [apply(pass, dy)], weights: [] }),
  });
}

/** The sum of two branches; each gets the whole gradient. */
export function addStep(name: string, inputs: readonly [number, number]): Step {
  return plainStep({
    name,
    inputs,
    form: operation('AddV2'),
    forward: ({ engine }, [a, b]) => ({
      output: engine.native.one('AddV2', [FLOAT], [present(a), present(b)]),
    }),
    backward: (_, { dy, wants }) => ({ inputs: wants.map((w) => (w ? dy.clone() : undefined)), weights: [] }),
  });
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
  return plainStep({
    name,
    inputs: [input],
    form: operation('Reshape', [FLOAT, type('Tshape', 'int32')], [-1, ...outputShape]),
    forward: (_, [x]) => ({ output: present(x).reshape([-1, ...outputShape]) }),
    backward: (_, { dy }) => ({ inputs: [dy.reshape([-1, ...inputShape])], weights: [] }),
  });
}

/** The mean over height and width, `[n, h, w, c]` to `[n, c]`; images of any size. */
export function globalAverageStep({ name, input }: Plain): Step {
  return plainStep({
    name,
    inputs: [input],
    form: operation('Mean', [FLOAT, type('Tidx', 'int32'), bool('keep_dims', false)], [1, 2]),
    keepsInputs: true, // for its size alone
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
  });
}
