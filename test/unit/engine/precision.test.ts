import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createInference,
  createTrainer,
  type Engine,
  loadEngine,
  precisionWarning,
  withPrecision,
} from '../../../src/engine/index.ts';
import type { Tensor } from '../../../src/engine/native.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../../src/engine/ops/conv.ts';
import { buildModel, disposeModel } from '../../../src/fer/models/index.ts';
import { lengthOf } from '../../support/vector-length.ts';

let engine: Engine;
let low: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu', threads: 2 });
  low = withPrecision(engine, 'bfloat16');
});

interface Shape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
}
const side = fc.integer({ min: 1, max: 13 });
const eights = fc.integer({ min: 1, max: 7 }).map((n) => 8 * n);
const shapes = fc.record({
  images: fc.integer({ min: 1, max: 18 }),
  height: side,
  width: side,
  channels: eights,
  filters: eights,
});

/** A 3x3 convolution and both of its gradients, on the numbers that `fill(place)` gives; kernels are four times them. */
function run(
  on: Engine,
  { images, height, width, channels, filters }: Shape,
  fill: (i: number) => number,
): Float32Array[] {
  const { tf } = on;
  const tensor = (sides: number[], factor = 1): Tensor => {
    const size = sides.reduce((product, length) => product * length, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => factor * fill(i + sides.length)),
      sides,
    );
  };
  const window = { strides: [1, 1], padding: 'same' } as const;
  return tf.tidy(() => {
    const x = tensor([images, height, width, channels]);
    const filter = tensor([3, 3, channels, filters], 4);
    const dy = tensor([images, height, width, filters]);
    return [
      conv2d(on, x, { filter, bias: undefined }, window),
      conv2dFilterGradient(on, { x, filterShape: filter.shape, dy }, window),
      conv2dInputGradient(on, { inputShape: x.shape, filter, dy }, window),
    ].map((result) => result.dataSync<'float32'>().slice());
  });
}

const waves = (i: number): number => Math.sin(i * i);

/** The length of the difference as a part of the length. */
function offBy(actual: Float32Array, expected: Float32Array): number {
  return lengthOf(actual.map((value, i) => value - (expected[i] ?? Number.NaN))) / lengthOf(expected);
}

describe('a convolution in bfloat16', () => {
  test('is exact, with its gradients, where the transformed numbers have no more digits than bfloat16', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const small = (i: number): number => ((i * 7919) % 11) % 4;
        expect(run(low, shape, small)).toEqual(run(engine, shape, small));
      }),
      { numRuns: 60 },
    );
  });

  test('is off by what rounding to eight binary digits explains, for any size of image, odd edges too', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const expected = run(engine, shape, waves);
        for (const [i, values] of run(low, shape, waves).entries()) {
          const off = offBy(values, expected[i] ?? values);
          expect(off).toBeLessThan(0.02);
          // Rounded at all: this is no float32 convolution.
          expect(off).toBeGreaterThan(1e-5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('gives the same bits with one thread and with three', () => {
    const shape: Shape = { images: 21, height: 12, width: 10, channels: 24, filters: 40 };
    const [one, three] = [1, 3].map((threads) => run({ ...low, threads }, shape, waves));
    expect(one).toEqual(three);
  });

  test('passes on what is not finite, so that a training that has diverged is seen to', () => {
    const shape: Shape = { images: 1, height: 4, width: 4, channels: 8, filters: 8 };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const values of run(low, shape, (i) => (i === 40 ? value : 1)))
        expect(values.some((number) => !Number.isFinite(number))).toBe(true);
    }
  });
});

describe('a prediction in bfloat16, which teachers make', () => {
  test('gives nearly the logits of float32', () => {
    const model = buildModel(engine, { architecture: 'se-resnet', dropout: 0, seed: 3 });
    const images = engine.tf.tensor4d(
      Float32Array.from({ length: 4 * 48 * 48 }, (_, i) => waves(i)),
      [4, 48, 48, 1],
    );
    const [full = new Float32Array(), half = new Float32Array()] = [engine, low].map((on) => {
      const inference = createInference(on, model);
      const { logits, embeddings } = inference.run(images);
      const values = logits.dataSync<'float32'>().slice();
      engine.tf.dispose([logits, embeddings]);
      inference.dispose();
      return values;
    });
    images.dispose();
    disposeModel(model);
    expect(offBy(half, full)).toBeGreaterThan(1e-4);
    expect(offBy(half, full)).toBeLessThan(0.05);
  });
});

describe('a training in bfloat16', () => {
  const images = Float32Array.from({ length: 8 * 48 * 48 }, (_, i) => Math.sin(i * i));
  const labels = [0, 1, 2, 3, 4, 5, 6, 0];

  function losses(precision: 'float32' | 'bfloat16'): number[] {
    const model = buildModel(engine, { architecture: 'se-resnet', dropout: 0, seed: 3 });
    const optimizer = { kind: 'adam', learningRate: 1e-3 } as const;
    const trainer = createTrainer(withPrecision(engine, precision), model, { optimizer, seed: 1 });
    const found = Array.from({ length: 8 }, () => trainer.step(images, labels).loss);
    trainer.dispose();
    disposeModel(model);
    return found;
  }

  test('learns what one in float32 learns, by other bits, and by the same ones each time', () => {
    const [full, half] = [losses('float32'), losses('bfloat16')];
    expect(half).toEqual(losses('bfloat16'));
    expect(half).not.toEqual(full);
    for (const [i, loss] of half.entries()) expect(Math.abs(loss - (full[i] ?? 0))).toBeLessThan(0.1);
    expect(half.at(-1)).toBeLessThan(0.7 * (half[0] ?? 0));
  });

  test('is refused where the own kernels do not run, with what to do', () => {
    const without = { ...engine, fused: undefined };
    const hint = 'Compile them (npm run setup) and train on the cpu, or set training.precision: float32.';
    expect(() => withPrecision(without, 'bfloat16')).toThrow(
      expect.objectContaining({
        code: 'NO_DEVICE',
        message:
          "bfloat16 is multiplied by the engine's own kernels alone, and here they are not compiled, or left out.",
        hint,
      }),
    );
    expect(() => withPrecision({ ...without, device: 'cuda' }, 'bfloat16')).toThrow(
      /they do not run on cuda/,
    );
    expect(withPrecision(without, 'float32')).toBe(without);
  });

  test('warns where the processor has no instructions for it, since it gains nothing there', () => {
    const on = (multipliesBfloat16: boolean): Engine => ({
      ...engine,
      fused: { instructions: 'generic', multipliesBfloat16 },
    });
    expect(precisionWarning(on(false), 'bfloat16')).toMatch(
      /^This processor has no instructions for bfloat16: /,
    );
    expect(precisionWarning(on(true), 'bfloat16')).toBeUndefined();
    expect(precisionWarning(on(false), 'float32')).toBeUndefined();
  });
});
