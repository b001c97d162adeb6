import { FermentError } from '../kit/index.ts';
import type { Engine } from './load.ts';
import { SETUP_COMMAND } from './setup-command.ts';

/**
 * What the large products of a training multiply, forward and backward: 3x3 convolutions from eight channels on, and
 * the 1x1 convolutions of inverted bottlenecks. With `bfloat16`, the upper half of a float32, both factors are rounded
 * to it (of a 3x3 convolution after Winograd's transform); sums, weights, gradients and all other operations stay
 * float32.
 */
export type Precision = 'float32' | 'bfloat16';

/**
 * The engine as a training with this precision has it.
 * Throws NO_DEVICE where nothing multiplies in bfloat16: without the engine's own kernels, and on a GPU.
 */
export function withPrecision(engine: Engine, precision: Precision): Engine {
  if (precision === 'float32') return engine;
  if (engine.fused === undefined) {
    const why =
      engine.device === 'cpu' ? 'they are not compiled, or left out' : `they do not run on ${engine.device}`;
    throw new FermentError(
      'NO_DEVICE',
      `bfloat16 is multiplied by the engine's own kernels alone, and here ${why}.`,
      { hint: `Compile them (${SETUP_COMMAND}) and train on the cpu, or set training.precision: float32.` },
    );
  }
  return { ...engine, precision };
}

/** What a person should know before a training with this precision; undefined when it is what it promises. */
export function precisionWarning({ fused }: Engine, precision: Precision): string | undefined {
  if (precision === 'float32' || fused?.multipliesBfloat16) return undefined;
  return 'This processor has no instructions for bfloat16: the numbers come out the same, but a step takes longer than in float32.';
}
