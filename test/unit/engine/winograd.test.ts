import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine } from '../../../src/engine/index.ts';
import type { Tensor } from '../../../src/engine/native.ts';
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  type Window,
} from '../../../src/engine/ops/conv.ts';
import { fitsWinograd } from '../../../src/engine/ops/winograd.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu', threads: 2 });
});

interface Shape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly bias: boolean;
}

const eights = fc.integer({ min: 1, max: 7 }).map((n) => 8 * n);
const shapes = fc.record({
  images: fc.integer({ min: 1, max: 18 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 13 }),
  channels: eights,
  filters: eights,
  bias: fc.boolean(),
});
const SAME: Window = { strides: [1, 1], padding: 'same' };

/** A convolution and both of its gradients on numbers that follow from the shape. */
function run(on: Engine, shape: Shape, window: Window = SAME): Float32Array[] {
  const { tf } = on;
  const { images, height, width, channels, filters } = shape;
  const fill = (sides: number[], by: number): Tensor => {
    const size = sides.reduce((product, side) => product * side, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(by * i * i + by)),
      sides,
    );
  };
  return tf.tidy(() => {
    const x = fill([images, height, width, channels], 1);
    const filter = fill([3, 3, channels, filters], 2);
    const bias = shape.bias ? fill([filters], 3) : undefined;
    const dy = fill([images, height, width, filters], 5);
    const results = [
      conv2d(on, x, { filter, bias }, window),
      conv2dInputGradient(on, { inputShape: x.shape, filter, dy }, window),
      conv2dFilterGradient(on, { x, filterShape: filter.shape, dy }, window),
    ];
    return results.map((tensor) => tensor.dataSync<'float32'>().slice());
  });
}

/** The largest difference as a part of the largest value. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    actual.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0) /
    largest
  );
}

describe("Ferment's own 3x3 convolution", () => {
  test('gives what the library gives, with its gradients, for any size of image, odd edges too', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(fitsWinograd(engine, [3, 3, shape.channels, shape.filters], SAME)).toBe(true);
        const expected = run({ ...engine, fused: undefined }, shape);
        for (const [i, values] of run(engine, shape).entries()) {
          expect(values.length).toBe(expected[i]?.length);
          expect(difference(values, expected[i] ?? values)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('gives the same bits with one thread and with three, and with a ring of zeros that is spelt out', () => {
    const shape: Shape = { images: 21, height: 12, width: 10, channels: 24, filters: 40, bias: true };
    const [one, three] = [1, 3].map((threads) => run({ ...engine, threads }, shape));
    expect(one).toEqual(three);
    expect(run(engine, shape, { strides: [1, 1], padding: [1, 1, 1, 1] })).toEqual(one);
  });

  test('is left to the library for other windows, other channels, very wide layers, and where it is not loaded', () => {
    const fits = (filter: readonly number[], window: Window = SAME, on = engine): boolean =>
      fitsWinograd(on, filter, window);
    expect(fits([3, 3, 24, 24])).toBe(true);
    expect(fits([1, 1, 24, 24])).toBe(false);
    expect(fits([3, 3, 3, 24])).toBe(false);
    expect(fits([3, 3, 24, 20])).toBe(false);
    expect(fits([3, 3, 256, 256])).toBe(false);
    expect(fits([3, 3, 24, 24], { strides: [2, 2], padding: 'same' })).toBe(false);
    expect(fits([3, 3, 24, 24], { strides: [1, 1], padding: 'valid' })).toBe(false);
    expect(fits([3, 3, 24, 24], { strides: [1, 1], padding: [0, 1, 0, 1] })).toBe(false);
    expect(fits([3, 3, 24, 24], SAME, { ...engine, fused: undefined })).toBe(false);
  });

  test('passes on what is not a number', () => {
    const { tf } = engine;
    tf.tidy(() => {
      const x = tf.fill([1, 4, 4, 8], Number.NaN);
      const y = conv2d(engine, x, { filter: tf.ones([3, 3, 8, 8]) }, SAME);
      expect(y.dataSync<'float32'>().every(Number.isNaN)).toBe(true);
    });
  });
});
