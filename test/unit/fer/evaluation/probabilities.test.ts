import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  argmaxRows,
  brierSum,
  calibration,
  logLoss,
  normaliseRows,
  topKAccuracy,
} from '../../../../src/fer/evaluation/index.ts';
import { referenceCases } from './reference.ts';

const CLASSES = 3;

/** Rows of positive weights with a label each. */
const rows = fc.array(
  fc.record({
    weights: fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), {
      minLength: CLASSES,
      maxLength: CLASSES,
    }),
    label: fc.nat(CLASSES - 1),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('scikit-learn agrees', () => {
  test.each(referenceCases())('to 1e-9 on $name', ({ labels, probabilities, predictions, metrics }) => {
    const p = normaliseRows(probabilities, 7);
    const answers = argmaxRows(p, 7);
    const near = (got: number, want: number) => expect(Math.abs(got - want)).toBeLessThan(1e-9);
    expect([...answers]).toEqual(predictions);
    near(logLoss(p, labels, 7), metrics.log_loss);
    near(brierSum(p, labels, 7), metrics.brier_sum);
    near(topKAccuracy(p, labels, 7, 2), metrics.top2_accuracy);
    const { ece, bins } = calibration(p, labels, answers, { classCount: 7, bins: 15 });
    near(ece, metrics.ece15);
    metrics.ece15_bins_count_conf_acc.forEach(([count, confidence, accuracy], b) => {
      const bin = bins[b];
      expect(bin?.count).toBe(count);
      if (confidence === null || accuracy === null) {
        expect([bin?.confidence, bin?.accuracy]).toEqual([null, null]);
      } else {
        near(bin?.confidence ?? Number.NaN, confidence);
        near(bin?.accuracy ?? Number.NaN, accuracy);
      }
    });
  });
});

test('probabilistic measures stay in their bounds and do not depend on the order of the samples', () => {
  const measure = (samples: readonly { weights: readonly number[]; label: number }[]) => {
    const labels = samples.map((s) => s.label);
    const p = normaliseRows(
      samples.flatMap((s) => s.weights),
      CLASSES,
    );
    const { ece, maxGap, bins } = calibration(p, labels, argmaxRows(p, CLASSES), {
      classCount: CLASSES,
      bins: 10,
    });
    expect(bins.reduce((total, b) => total + b.count, 0)).toBe(samples.length);
    expect(ece).toBeLessThanOrEqual(maxGap + 1e-12);
    const top = [1, 2, 3].map((k) => topKAccuracy(p, labels, CLASSES, k));
    expect(top[2]).toBe(1);
    expect((top[0] ?? 1) <= (top[1] ?? 0)).toBe(true);
    return [logLoss(p, labels, CLASSES), brierSum(p, labels, CLASSES), ece, ...top];
  };
  fc.assert(
    fc.property(rows, (samples) => {
      const plain = measure(samples);
      const [loss = -1, brier = -1, ece = -1] = plain;
      expect(loss >= 0 && brier >= 0 && brier <= 2 && ece >= 0 && ece <= 1).toBe(true);
      measure([...samples].reverse()).forEach((value, i) => {
        expect(value).toBeCloseTo(plain[i] ?? Number.NaN, 10);
      });
    }),
  );
});

test('a confidence on the edge of two bins belongs to the lower one', () => {
  const { bins } = calibration(Float64Array.of(0.5, 0.5), [0], [0], { classCount: 2, bins: 10 });
  expect(bins.map((b) => b.count)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
});

test('of equal probabilities the lowest class is the answer, and first in the top k', () => {
  const p = Float64Array.of(0.2, 0.4, 0.4);
  expect([...argmaxRows(p, 3)]).toEqual([1]);
  expect(topKAccuracy(p, [1], 3, 1)).toBe(1);
  expect(topKAccuracy(p, [2], 3, 1)).toBe(0);
  expect(topKAccuracy(p, [2], 3, 2)).toBe(1);
});

test('one certain mistake costs 36 nats, not infinity', () => {
  expect(logLoss(Float64Array.of(1, 0), [1], 2)).toBeCloseTo(36.04, 2);
});

test.each([
  ['not a number', [0.5, Number.NaN], /NaN\] for sample 0/],
  ['negative', [0.5, 0.5, 1.5, -0.5], /-0\.5\] for sample 1/],
  ['all zero', [0, 0], /sum above 0/],
  ['not in rows of two', [0.5, 0.5, 1], /rows of 2 probabilities/],
])('it refuses probabilities that are %s', (_, values, message) => {
  expect(() => normaliseRows(values, 2)).toThrow(message);
});
