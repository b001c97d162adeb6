import { expect, test } from 'vitest';
import { createMixup } from '../../../../src/fer/training/augmentation/index.ts';

const COUNT = 64;
const indices = Uint32Array.from({ length: COUNT }, (_, i) => 100 + i);
/** Row i is 1 at place i, so that a mixed row says what it is made of. */
const identity = () =>
  Float32Array.from({ length: COUNT * COUNT }, (_, k) => Number(k % COUNT === Math.floor(k / COUNT)));

function mixed(options: { seed?: number; alpha?: number; until?: number; epoch?: number } = {}) {
  const { seed = 1, alpha = 0.4, until = 0.8, epoch = 1 } = options;
  const batch = { images: identity(), targets: identity(), indices };
  createMixup(seed, { alpha, until }, 10)?.(batch, epoch);
  return batch;
}

test('an image is mixed with one other of its batch and keeps the larger part, and its target likewise', () => {
  const { images, targets } = mixed();
  expect(targets).toEqual(images);
  for (let i = 0; i < COUNT; i++) {
    const row = images.subarray(i * COUNT, (i + 1) * COUNT);
    const parts = row.filter((part) => part > 0);
    expect(parts.length).toBeLessThanOrEqual(2);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 6);
    expect(row[i]).toBeGreaterThanOrEqual(0.5);
  }
  expect(images).not.toEqual(identity());
});

test('what is drawn depends on seed and epoch alone', () => {
  expect(mixed()).toEqual(mixed());
  expect(mixed({ seed: 2 }).images).not.toEqual(mixed().images);
  expect(mixed({ epoch: 2 }).images).not.toEqual(mixed().images);
});

test('nothing is mixed in the epochs after its share, nor with an alpha of 0', () => {
  expect(mixed({ epoch: 8 }).images).not.toEqual(identity());
  expect(mixed({ epoch: 9 }).images).toEqual(identity());
  expect(createMixup(1, { alpha: 0, until: 1 }, 10)).toBeUndefined();
});

test.each([0.2, 0.4, 1, 8])('the shares are those of Beta(alpha, alpha) for an alpha of %s', (alpha) => {
  const squares: number[] = [];
  for (let epoch = 1; epoch <= 300; epoch++) {
    const { images } = mixed({ alpha, until: 100, epoch });
    for (let i = 0; i < COUNT; i++) squares.push(((images[i * COUNT + i] ?? 0) - 0.5) ** 2);
  }
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  // Of u, and of max(u, 1 - u), about a half; but one image of a batch in 64 meets itself, and keeps all.
  const variance = 1 / (4 * (2 * alpha + 1));
  expect(mean).toBeCloseTo(variance + (0.25 - variance) / COUNT, 2);
});
