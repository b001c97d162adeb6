import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine } from '../../../src/engine/index.ts';
import { int, type Tensor } from '../../../src/engine/native.ts';
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  type Window,
} from '../../../src/engine/ops/conv.ts';
import { fitsOwnConv, type Wanted } from '../../../src/engine/ops/own-conv.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu', threads: 2 });
});

interface Shape {
  /** Of the kernels. */
  readonly side: number;
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly bias: boolean;
}

const eights = fc.integer({ min: 1, max: 7 }).map((n) => 8 * n);
const shapes = fc.record({
  side: fc.constant(3),
  images: fc.integer({ min: 1, max: 18 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 13 }),
  channels: eights,
  filters: eights,
  bias: fc.boolean(),
});
/** Gray or colour images; pixels of any number of channels. */
const windows = fc.oneof(
  fc.record({ side: fc.constant(3), channels: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ side: fc.constant(1), channels: fc.oneof(eights, fc.integer({ min: 1, max: 50 })) }),
);
const SAME: Window = { strides: [1, 1], padding: 'same' };

/** A convolution, the gradient for its kernels, and the one for its input where it is ours, on numbers that follow from the shape. */
function run(on: Engine, shape: Shape, window: Window = SAME): Float32Array[] {
  const { tf } = on;
  const { side, images, height, width, channels, filters } = shape;
  const fill = (sides: number[], by: number): Tensor => {
    const size = sides.reduce((product, side) => product * side, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(by * i * i + by)),
      sides,
    );
  };
  return tf.tidy(() => {
    const x = fill([images, height, width, channels], 1);
    const filter = fill([side, side, channels, filters], 2);
    const bias = shape.bias ? fill([filters], 3) : undefined;
    const dy = fill([images, height, width, filters], 5);
    const results = [
      conv2d(on, x, { filter, bias }, window),
      conv2dFilterGradient(on, { x, filterShape: filter.shape, dy }, window),
    ];
    if (channels % 8 === 0)
      results.push(conv2dInputGradient(on, { inputShape: x.shape, filter, dy }, window));
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

interface Question {
  readonly window?: Window;
  readonly on?: Engine;
  readonly wanted?: Wanted;
  /** Of the images. */
  readonly side?: number;
}

function fits(filter: readonly number[], question: Question = {}): boolean {
  const { window = SAME, on = engine, wanted = 'result', side = 12 } = question;
  return fitsOwnConv(on, { input: [2, side, side, filter[2] ?? 0], filter }, window, wanted);
}

/** Compares with what the library gives. */
function expectTheSame(shape: Shape): void {
  const expected = run({ ...engine, fused: undefined }, shape);
  for (const [i, values] of run(engine, shape).entries()) {
    expect(values.length).toBe(expected[i]?.length);
    expect(difference(values, expected[i] ?? values)).toBeLessThan(1e-5);
  }
}

describe("Ferment's own convolution", () => {
  test('gives what the library gives, with its gradients, for any size of image, odd edges too', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(fits([3, 3, shape.channels, shape.filters])).toBe(true);
        expectTheSame(shape);
      }),
      { numRuns: 100 },
    );
  });

  test('does so for images of few channels and for 1x1 kernels', () => {
    fc.assert(
      fc.property(shapes, windows, (shape, window) => {
        const { side, channels } = window;
        expect(fits([side, side, channels, shape.filters])).toBe(true);
        expectTheSame({ ...shape, ...window });
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    [3, 24],
    [3, 3],
    [1, 24],
  ])(
    'gives the same bits with one thread and with three: kernels of side %i on %i channels',
    (side, channels) => {
      const shape: Shape = { side, images: 21, height: 12, width: 10, channels, filters: 40, bias: true };
      const [one, three] = [1, 3].map((threads) => run({ ...engine, threads }, shape));
      expect(one).toEqual(three);
      const ring = side === 3 ? 1 : 0;
      expect(run(engine, shape, { strides: [1, 1], padding: [ring, ring, ring, ring] })).toEqual(one);
    },
  );

  test('is left to the library for other windows, other channels, very wide layers, and where it is not loaded', () => {
    expect(fits([3, 3, 24, 24])).toBe(true);
    expect(fits([3, 3, 24, 20])).toBe(false);
    expect(fits([3, 3, 20, 24])).toBe(false);
    expect(fits([1, 1, 20, 24])).toBe(true);
    expect(fits([5, 5, 24, 24])).toBe(false);
    expect(fits([1, 3, 24, 24])).toBe(false);
    expect(fits([3, 3, 256, 256])).toBe(true);
    expect(fits([3, 3, 256, 256], { side: 5 })).toBe(false);
    expect(fits([1, 1, 256, 256])).toBe(false);
    expect(fits([3, 3, 256, 256], { wanted: 'kernel gradient' })).toBe(false);
    expect(fits([3, 3, 256, 256], { wanted: 'input gradient' })).toBe(false);
    expect(fits([3, 3, 24, 24], { window: { strides: [2, 2], padding: 'same' } })).toBe(false);
    expect(fits([3, 3, 24, 24], { window: { strides: [1, 1], padding: 'valid' } })).toBe(false);
    expect(fits([1, 1, 24, 24], { window: { strides: [1, 1], padding: 'valid' } })).toBe(true);
    expect(fits([1, 1, 24, 24], { window: { strides: [1, 1], padding: [1, 1, 1, 1] } })).toBe(false);
    expect(fits([3, 3, 24, 24], { window: { strides: [1, 1], padding: [0, 1, 0, 1] } })).toBe(false);
    expect(fits([3, 3, 24, 24], { on: { ...engine, fused: undefined } })).toBe(false);
    expect(fits([1, 1, 20, 24], { wanted: 'input gradient' })).toBe(false);
    expect(fits([3, 3, 3, 24], { wanted: 'input gradient' })).toBe(false);
  });

  test.each([
    [6, 264, 136],
    [7, 136, 264],
  ])('does a wide layer on images of side %i: %i channels to %i', (side, channels, filters) => {
    const shape = { side: 3, images: 5, height: side, width: side + 1, channels, filters, bias: true };
    expectTheSame(shape);
    expect(run({ ...engine, threads: 1 }, shape)).toEqual(run({ ...engine, threads: 3 }, shape));
  });

  test.each([1, 3, 8])('passes on what is not a number, of %i channels', (channels) => {
    const { tf } = engine;
    tf.tidy(() => {
      const x = tf.fill([1, 4, 4, channels], Number.NaN);
      const y = conv2d(engine, x, { filter: tf.ones([3, 3, channels, 8]) }, SAME);
      expect(y.dataSync<'float32'>().every(Number.isNaN)).toBe(true);
    });
  });

  test('refuses what it has no code for', () => {
    const { tf } = engine;
    const call = (side: number, filter: number[], x: number[]): void =>
      tf.tidy(() => {
        const attributes = [int('threads', 1), int('side', side)];
        engine.native.one('FermentConvolution', attributes, [
          tf.ones(x),
          tf.ones(filter),
          tf.zeros([0]),
          tf.zeros([0]),
        ]);
      });
    expect(() => call(5, [5, 5, 8, 8], [1, 4, 4, 8])).toThrow('kernels must be 1x1 or 3x3');
    expect(() => call(3, [3, 3, 12, 8], [1, 4, 4, 12])).toThrow('multiples of 8 channels');
    expect(() => call(3, [1, 1, 8, 8], [1, 4, 4, 8])).toThrow('input 1 must have another shape');
  });
});
