import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareNets } from '../../../../src/fer/evaluation/compare.ts';
import { classificationReport } from '../../../../src/fer/evaluation/index.ts';
import { binomialTwoSided } from '../../../../src/fer/evaluation/mcnemar.ts';
import { createRandom } from '../../../../src/kit/index.ts';

const options = { seed: 1, samples: 1000, confidence: 0.95 };
const labels = Uint8Array.from({ length: 1400 }, (_, i) => i % 7);

/** Answers that are right with a probability, each run by its own chance. */
function run(seed: number, right: number): Uint8Array {
  const random = createRandom(seed, 'run');
  return labels.map((label) => (random.uniform(0, 1) < right ? label : (label + 1 + random.below(6)) % 7));
}

describe('comparing two nets', () => {
  test('gives the difference of the mean scores of their runs', () => {
    const [a, b] = [
      [run(1, 0.7), run(2, 0.8)],
      [run(3, 0.6), run(4, 0.5)],
    ];
    const { accuracy, macroF1 } = compareNets({ labels, a, b, classCount: 7 }, options);
    const mean = (runs: readonly Uint8Array[], key: 'accuracy' | 'macroF1'): number =>
      runs.reduce((sum, answers) => sum + classificationReport(labels, answers, 7)[key], 0) / runs.length;
    expect(accuracy.value).toBeCloseTo(mean(a, 'accuracy') - mean(b, 'accuracy'), 12);
    expect(macroF1.value).toBeCloseTo(mean(a, 'macroF1') - mean(b, 'macroF1'), 12);
    expect(accuracy.interval?.low).toBeLessThan(accuracy.value);
    expect(accuracy.interval?.high).toBeGreaterThan(accuracy.value);
  });

  test('tells a clear difference, and the same one with the sign changed when the nets change places', () => {
    const [a, b] = [[run(1, 0.7)], [run(2, 0.6)]];
    const there = compareNets({ labels, a, b, classCount: 7 }, options);
    const back = compareNets({ labels, a: b, b: a, classCount: 7 }, options);
    expect(there.accuracy.interval?.low).toBeGreaterThan(0);
    expect(there.accuracy.p).toBeLessThan(0.01);
    expect(back.accuracy).toEqual({
      value: -there.accuracy.value,
      interval: {
        low: expect.closeTo(-(there.accuracy.interval?.high ?? 0), 10),
        high: expect.closeTo(-(there.accuracy.interval?.low ?? 0), 10),
      },
      p: there.accuracy.p,
    });
    expect(back.mcnemar).toEqual({
      onlyA: there.mcnemar.onlyB,
      onlyB: there.mcnemar.onlyA,
      p: there.mcnemar.p,
    });
  });

  test('has the interval of the paired difference: narrow for nets that err on the same images', () => {
    const [first, other] = [run(1, 0.7), run(2, 0.7)];
    const almost = first.map((answer, i) => (i % 100 === 0 ? (answer + 1) % 7 : answer));
    const width = (b: Uint8Array): number => {
      const { interval } = compareNets({ labels, a: [first], b: [b], classCount: 7 }, options).accuracy;
      return (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
    };
    expect(width(other)).toBeGreaterThan(3 * width(almost));
    // Of two proportions on the same n images: 1.96 sqrt((p10 + p01 - (p10 - p01)^2) / n) on each side.
    const only = (x: Uint8Array, y: Uint8Array): number =>
      labels.filter((label, i) => x[i] === label && y[i] !== label).length / labels.length;
    const [p10, p01] = [only(first, other), only(other, first)];
    const expected = 2 * 1.96 * Math.sqrt((p10 + p01 - (p10 - p01) ** 2) / labels.length);
    expect(width(other) / expected).toBeGreaterThan(0.88);
    expect(width(other) / expected).toBeLessThan(1.12);
  });

  test('counts seeds: runs that differ make it wider than the images alone do', () => {
    const spread = [run(1, 0.6), run(2, 0.7), run(3, 0.8)];
    const same = [run(2, 0.7), run(2, 0.7), run(2, 0.7)];
    const b = [run(4, 0.7)];
    const width = (a: readonly Uint8Array[]): number => {
      const { interval } = compareNets({ labels, a, b, classCount: 7 }, options).accuracy;
      return (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
    };
    expect(width(spread)).toBeGreaterThan(2 * width(same));
  });

  test("has Student's t for the seeds: three runs say little of all others", () => {
    const spread = [run(1, 0.6), run(2, 0.7), run(3, 0.8)];
    const b = [run(4, 0.7)];
    const many = { ...options, samples: 10_000 };
    const { interval } = compareNets({ labels, a: spread, b, classCount: 7 }, many).accuracy;
    const width = (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
    // The 97.5 % quantile of t with two degrees of freedom is 4.303; the images add little to a spread of ten points.
    const accuracies = spread.map((answers) => classificationReport(labels, answers, 7).accuracy);
    const centre = accuracies.reduce((sum, value) => sum + value, 0) / 3;
    const deviation = Math.sqrt(accuracies.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 2);
    expect(width / ((2 * 4.303 * deviation) / Math.sqrt(3))).toBeGreaterThan(0.9);
    expect(width / ((2 * 4.303 * deviation) / Math.sqrt(3))).toBeLessThan(1.1);
  });

  test.each([
    [3, 3],
    [2, 3],
    [2, 2],
  ])('calls nets of equal worth different no more often than it says, with %i and %i runs', (ofA, ofB) => {
    const random = createRandom(1, 'trials', ofA, ofB);
    const few = { seed: 1, samples: 200, confidence: 0.95 };
    const images = labels.slice(0, 210);
    let wrong = 0;
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      // Seeds differ by eight points, some more than twice what 210 images do.
      const draw = (n: number): Uint8Array[] =>
        Array.from({ length: n }, () =>
          run(random.below(1e9), 0.6 + 0.08 * random.normal()).subarray(0, images.length),
        );
      const contest = { labels: images, a: draw(ofA), b: draw(ofB), classCount: 7 };
      const { accuracy } = compareNets(contest, few);
      if ((accuracy.interval?.low ?? 0) > 0 || (accuracy.interval?.high ?? 0) < 0) wrong++;
    }
    // 5 % of 200, and two standard deviations of the count.
    expect(wrong).toBeLessThanOrEqual(16);
  });

  test('of a net with itself finds nothing', () => {
    const a = [run(1, 0.7)];
    const { accuracy, mcnemar } = compareNets({ labels, a, b: a, classCount: 7 }, options);
    expect(accuracy).toEqual({ value: 0, interval: { low: 0, high: 0 }, p: 1 });
    expect(mcnemar).toEqual({ onlyA: 0, onlyB: 0, p: 1 });
  });

  test('leaves out what resamples give where there are none, and refuses runs of other lengths', () => {
    const [a, b] = [[run(1, 0.7)], [run(2, 0.6)]];
    const { accuracy } = compareNets({ labels, a, b, classCount: 7 }, { ...options, samples: 0 });
    expect(Object.keys(accuracy)).toEqual(['value']);
    for (const bad of [[], [new Uint8Array(3)]])
      expect(() => compareNets({ labels, a, b: bad, classCount: 7 }, options)).toThrow(
        expect.objectContaining({ code: 'BAD_ARRAY' }),
      );
  });
});

test('the exact test is that of fair coins', () => {
  expect(binomialTwoSided(5, 20)).toBeCloseTo((2 * 21_700) / 2 ** 20, 10);
  expect(binomialTwoSided(0, 0)).toBe(1);
  expect(binomialTwoSided(0, 2000)).toBeGreaterThanOrEqual(0);
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (x, y) => {
      const p = binomialTwoSided(Math.min(x, y), x + y);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
      if (x === y) expect(p).toBe(1);
    }),
  );
});
