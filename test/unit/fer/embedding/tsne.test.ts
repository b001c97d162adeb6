import { describe, expect, test } from 'vitest';
import { exactAffinities } from '../../../../src/fer/embedding/affinities.ts';
import {
  exactKl,
  matrixOf,
  neighbourLabelAccuracy,
  neighbourPreservation,
  type TsneProgress,
  trustworthiness,
  tsne,
} from '../../../../src/fer/embedding/index.ts';
import { divergence } from '../../../../src/fer/embedding/kullback-leibler.ts';
import { clusters, points, tsneReference } from './reference.ts';

const reference = tsneReference();
const x50 = clusters(5100, 50, 1.3);
const settings = {
  seed: 0,
  perplexity: reference.perplexity,
  iterations: 1000,
  earlyExaggeration: 12,
  exaggerationIterations: 250,
};
const small = { ...settings, perplexity: 10, iterations: 300, exaggerationIterations: 100 };

describe('maps of the reference points', () => {
  const p = exactAffinities(x50, settings.perplexity);
  const { sklearn, openTSNE } = reference.ranges;
  const both = (key: keyof typeof sklearn) => [...sklearn[key], ...openTSNE[key]];

  test.each([
    ['a start from PCA', { ...settings }],
    ['a random start', { ...settings, seed: 1, start: 'random' as const }],
  ])('from %s are as good as those of scikit-learn and openTSNE', (_, options) => {
    const { map, method } = tsne(x50, options);
    expect(method).toBe('barnes-hut');
    expect(divergence(p, map)).toBeLessThan(Math.max(...both('kl_exact')) * 1.02);
    expect(trustworthiness(x50, map, 12)).toBeGreaterThan(Math.min(...both('trustworthiness12')) - 0.01);
    expect(neighbourPreservation(x50, map, 10)).toBeGreaterThan(
      Math.min(...both('knn10_preservation')) - 0.01,
    );
    const labels = Array.from({ length: 1000 }, (__, i) => i % 10);
    expect(neighbourLabelAccuracy(map, labels, 10).accuracy).toBeGreaterThan(0.9);
  });
});

describe('the descent', () => {
  test('same input and seed, same bytes; another seed gives another random start', () => {
    const x = points(80, 5);
    const run = (seed: number) => tsne(x, { ...small, seed, start: 'random' }).map.data;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test('all pairs and the tree end equally well', () => {
    const few = matrixOf(x50.data.subarray(0, 300 * 50), 300, 50);
    const kl = (['exact', 'barnes-hut'] as const).map((method) => {
      const result = tsne(few, { ...settings, method });
      expect(result.method).toBe(method);
      return exactKl(few, result.map, 30);
    });
    const [exact = 0, tree = 0] = kl;
    // Each descent ends in a hollow of its own.
    expect(Math.abs(tree / exact - 1)).toBeLessThan(0.1);
  });

  test('the map is centred, and its KL is that of its affinities', () => {
    const x = points(80, 5);
    const { map, kl, method, learningRate } = tsne(x, small);
    expect([method, learningRate]).toEqual(['exact', 50]);
    expect(map.data.reduce((a, b, c) => (c % 2 === 0 ? a + b : a), 0)).toBeCloseTo(0, 9);
    expect(kl).toBeCloseTo(exactKl(x, map, 10), 10);
  });

  test('the automatic learning rate grows with the points', () => {
    expect(tsne(points(2640, 2), { ...small, iterations: 1, exaggerationIterations: 0 }).learningRate).toBe(
      55,
    );
  });

  test.each([99, 100])('%i iterations of which 100 are exaggerated are refused', (iterations) => {
    expect(() => tsne(points(80, 5), { ...small, iterations })).toThrow(
      expect.objectContaining({
        code: 'BAD_PARAMS',
        message: `Expected more iterations than those with exaggeration (100). Received: ${iterations}.`,
        hint: 'Raise tsne.iterations, or lower tsne.exaggerationIterations: a quarter of all is usual.',
      }),
    );
  });

  test('progress counts to the end and the divergence falls', () => {
    const seen: TsneProgress[] = [];
    const { kl } = tsne(points(80, 5), { ...small, onProgress: (p) => seen.push(p) });
    expect(seen.map((p) => p.done)).toEqual([50, 100, 150, 200, 250, 300]);
    expect(seen.every((p) => p.total === 300)).toBe(true);
    expect(seen.at(-1)?.kl ?? 9).toBeLessThan(seen.at(0)?.kl ?? 0);
    expect(Math.abs((seen.at(-1)?.kl ?? 9) - kl)).toBeLessThan(0.01);
  });

  test.each([1, 0.1])(
    'points that are all %s still spread out, without a number that is not finite',
    (value) => {
      const { map } = tsne(matrixOf(new Float64Array(60 * 3).fill(value), 60, 3), small);
      expect(map.data.every(Number.isFinite)).toBe(true);
      expect(new Set(map.data).size).toBeGreaterThan(100);
    },
  );

  test('more twins than the perplexity make no map of no numbers', () => {
    // Five places on a line, four points in each.
    const x = matrixOf(
      Float64Array.from({ length: 20 }, (_, i) => Math.floor(i / 4)),
      20,
      1,
    );
    const { map, kl } = tsne(x, { ...small, perplexity: 2 });
    expect(map.data.every(Number.isFinite)).toBe(true);
    expect(kl).toBeGreaterThan(0);
  });

  test.each([
    ['a line', 2, 1],
    ['a line', 3, 1],
    ['a plane', 3, 2],
  ] as const)('points on %s use all %i axes of a map', (_, dimensions, rank) => {
    const directions = points(rank, 6, 7).data;
    const along = points(80, rank).data;
    const x = matrixOf(
      Float64Array.from({ length: 80 * 6 }, (__, at) => {
        const parts = Array.from({ length: rank }, (___, k) => {
          const step = along[Math.floor(at / 6) * rank + k] ?? 0;
          return step * (directions[k * 6 + (at % 6)] ?? 0);
        });
        return parts.reduce((sum, part) => sum + part, 0.1);
      }),
      80,
      6,
    );
    const { map } = tsne(x, { ...small, dimensions });
    const largest = Array.from({ length: dimensions }, (__, axis) =>
      Math.max(...map.data.filter((___, c) => c % dimensions === axis)),
    );
    expect(Math.min(...largest)).toBeGreaterThan(1);
  });

  test.each(['exact', 'barnes-hut'] as const)('many twins do no harm (%s)', (method) => {
    // 70 of 100 points in one place: more than any perplexity can tell apart.
    const x = points(100, 4);
    x.data.fill(0.25, 0, 70 * 4);
    const { map, kl } = tsne(x, { ...small, method });
    expect(map.data.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(kl)).toBe(true);
  });

  test.each([2, 3] as const)('in %i dimensions, any number of threads gives the same bytes', (dimensions) => {
    const x = clusters(5100, 50, 1.3);
    const short = { ...small, iterations: 60, exaggerationIterations: 40, dimensions };
    const run = (threads: number) => tsne(x, { ...short, threads }).map.data;
    const [many, one] = [run(3), run(1)];
    expect(many.every((v, c) => v === one[c])).toBe(true);
  });

  test('a map in space keeps more than one in the plane', () => {
    const few = matrixOf(x50.data.subarray(0, 500 * 50), 500, 50);
    const [plane, space] = ([2, 3] as const).map((dimensions) => tsne(few, { ...small, dimensions }));
    expect([space?.map.rows, space?.map.columns]).toEqual([500, 3]);
    expect(space?.kl ?? 9).toBeLessThan(plane?.kl ?? 0);
    expect(space?.map.data.every(Number.isFinite)).toBe(true);
    for (const axis of [0, 1, 2])
      expect(space?.map.data.reduce((a, b, c) => (c % 3 === axis ? a + b : a), 0)).toBeCloseTo(0, 9);
  });

  test('one column is enough', () => {
    expect(tsne(points(60, 1), small).map.data.every(Number.isFinite)).toBe(true);
  });
});
