import { expect, test } from 'vitest';
import { matrixOf, neighbourLabelAccuracy } from '../../../../src/fer/embedding/index.ts';
import { umap } from '../../../../src/fer/maps/umap.ts';
import { points } from '../embedding/reference.ts';

const LABELS = Array.from({ length: 90 }, (_, i) => i % 3);
/** 90 points in 5 dimensions around three centres, in turn. */
const x = matrixOf(
  points(90, 5).data.map((v, at) => v + 6 * (LABELS[Math.floor(at / 5)] ?? 0)),
  90,
  5,
);
const options = { seed: 1, neighbours: 10, minDistance: 0.1, epochs: 60 };

test.each([0, 0.1, 1])('with a least distance of %s the classes are apart', (minDistance) => {
  const map = umap(x, { ...options, minDistance });
  expect(map.data.every(Number.isFinite)).toBe(true);
  expect(neighbourLabelAccuracy(map, LABELS, 5).accuracy).toBeGreaterThan(0.95);
});

test('same input and seed, same map; another seed gives another', () => {
  expect(umap(x, options)).toEqual(umap(x, options));
  expect(umap(x, { ...options, seed: 2 })).not.toEqual(umap(x, options));
});

test.each([-0.1, 1.01, Number.NaN])('a least distance of %s is refused', (minDistance) => {
  expect(() => umap(x, { ...options, minDistance })).toThrow(
    expect.objectContaining({
      code: 'BAD_PARAMS',
      message: `Expected a least distance in the map from 0 to 1. Received: ${minDistance}.`,
    }),
  );
});

test('fewer than four points are refused', () => {
  expect(() => umap(points(3, 5), options)).toThrow('at least 4 points');
});
