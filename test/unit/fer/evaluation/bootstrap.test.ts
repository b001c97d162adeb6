import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile } from '../../../../src/fer/evaluation/bootstrap.ts';
import { bootstrapIntervals, classificationReport } from '../../../../src/fer/evaluation/index.ts';

const base = { seed: 1, samples: 400, confidence: 0.95, kind: 'plain' } as const;

/** 7 classes in turn; every third answer is wrong. */
function situation(n: number) {
  const labels = Array.from({ length: n }, (_, i) => i % 7);
  return { labels, answers: labels.map((label, i) => (i % 3 === 0 ? (label + 1) % 7 : label)) };
}

test('the same seed gives the same intervals, another seed others', () => {
  const { labels, answers } = situation(210);
  const first = bootstrapIntervals(labels, answers, 7, base);
  expect(bootstrapIntervals(labels, answers, 7, base)).toEqual(first);
  expect(bootstrapIntervals(labels, answers, 7, { ...base, seed: 2 })).not.toEqual(first);
});

test('the interval of accuracy is as wide as the binomial distribution says', () => {
  const { labels, answers } = situation(2100);
  const { accuracy } = bootstrapIntervals(labels, answers, 7, { ...base, samples: 2000 });
  const p = 2 / 3;
  const half = 1.96 * Math.sqrt((p * (1 - p)) / 2100);
  expect(Math.abs(accuracy.low - (p - half))).toBeLessThan(0.15 * half);
  expect(Math.abs(accuracy.high - (p + half))).toBeLessThan(0.15 * half);
});

test('drawing within classes keeps the class mix: what only the mix decides does not move', () => {
  // Class 0 always right, class 1 never: accuracy is the share of class 0.
  const labels = [0, 0, 0, 1];
  const answers = [0, 0, 0, 0];
  expect(bootstrapIntervals(labels, answers, 2, { ...base, kind: 'stratified' }).accuracy).toEqual({
    low: 0.75,
    high: 0.75,
  });
  expect(bootstrapIntervals(labels, answers, 2, base).accuracy.low).toBeLessThan(0.75);
});

test('intervals are ordered, stay in [0, 1], hold the measure of larger sets, and grow with confidence', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 40, maxLength: 80 }),
      fc.nat(),
      (pairs, seed) => {
        const labels = pairs.map((p) => p[0]);
        const answers = pairs.map((p) => p[1]);
        const wide = bootstrapIntervals(labels, answers, 3, {
          ...base,
          samples: 200,
          seed,
          confidence: 0.99,
        });
        const narrow = bootstrapIntervals(labels, answers, 3, {
          ...base,
          samples: 200,
          seed,
          confidence: 0.5,
        });
        const { accuracy } = classificationReport(labels, answers, 3);
        expect(wide.accuracy.low <= accuracy && accuracy <= wide.accuracy.high).toBe(true);
        [wide.accuracy, wide.macroF1, ...wide.f1].forEach((w, i) => {
          const n = [narrow.accuracy, narrow.macroF1, ...narrow.f1][i];
          expect(w.low >= 0 && w.high <= 1 && w.low <= w.high).toBe(true);
          expect(n !== undefined && w.low <= n.low && n.high <= w.high).toBe(true);
        });
      },
    ),
    { numRuns: 30 },
  );
});

test('quantiles lie linearly between neighbours, as numpy has them', () => {
  const sorted = Float64Array.of(1, 2, 4, 8);
  expect([0, 0.25, 0.5, 0.9, 1].map((q) => quantile(sorted, q))).toEqual([
    1,
    1.75,
    3,
    expect.closeTo(6.8, 12),
    8,
  ]);
});
