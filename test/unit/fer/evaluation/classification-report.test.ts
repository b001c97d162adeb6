import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classificationReport } from '../../../../src/fer/evaluation/index.ts';
import { referenceCases } from './reference.ts';

const CLASSES = 4;

/** Any labels and answers of equal length. */
const samples = fc.array(fc.tuple(fc.nat(CLASSES - 1), fc.nat(CLASSES - 1)), { minLength: 1, maxLength: 60 });

function report(pairs: readonly (readonly [number, number])[]) {
  return classificationReport(
    pairs.map((p) => p[0]),
    pairs.map((p) => p[1]),
    CLASSES,
  );
}

describe('scikit-learn agrees', () => {
  test.each(referenceCases())('to 1e-9 on $name', ({ labels, predictions, metrics }) => {
    const r = classificationReport(labels, predictions, 7);
    const near = (got: number, want: number) => expect(Math.abs(got - want)).toBeLessThan(1e-9);
    near(r.accuracy, metrics.accuracy);
    near(r.macroF1, metrics.macro_f1);
    near(r.macroF1PresentOnly, metrics.macro_f1_present_only);
    near(r.weightedF1, metrics.weighted_f1);
    near(r.macroPrecision, metrics.macro_precision);
    near(r.macroRecall, metrics.macro_recall);
    near(r.balancedAccuracy, metrics.balanced_accuracy_present);
    near(r.kappa, metrics.kappa);
    near(r.mcc, metrics.mcc);
    expect(r.confusion).toEqual(metrics.confusion_rows_true);
    expect(r.perClass.map((s) => s.predicted)).toEqual(metrics.predicted_counts);
    Object.keys(metrics.f1).forEach((name, c) => {
      near(r.perClass[c]?.precision ?? Number.NaN, metrics.precision[name] ?? Number.NaN);
      near(r.perClass[c]?.recall ?? Number.NaN, metrics.recall[name] ?? Number.NaN);
      near(r.perClass[c]?.f1 ?? Number.NaN, metrics.f1[name] ?? Number.NaN);
      expect(r.perClass[c]?.support).toBe(metrics.support[name]);
    });
  });
});

test('a case worked by hand', () => {
  const r = classificationReport([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0], 3);
  expect(r.confusion).toEqual([
    [2, 1, 0],
    [1, 1, 0],
    [1, 0, 0],
  ]);
  expect(r.accuracy).toBe(0.5);
  expect(r.perClass[0]).toEqual({ precision: 0.5, recall: 2 / 3, f1: 4 / 7, support: 3, predicted: 4 });
  expect(r.perClass[2]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1, predicted: 0 });
  expect(r.macroF1).toBeCloseTo((4 / 7 + 0.5) / 3, 12);
});

test('a class that neither occurs nor is answered lowers macro-F1 but not the mean over present classes', () => {
  const r = classificationReport([0, 1], [0, 1], 4);
  expect(r.macroF1).toBe(0.5);
  expect(r.macroF1PresentOnly).toBe(1);
  expect(r.balancedAccuracy).toBe(1);
});

test('every measure stays in its bounds', () => {
  fc.assert(
    fc.property(samples, (pairs) => {
      const r = report(pairs);
      const shares = [r.accuracy, r.macroF1, r.macroF1PresentOnly, r.weightedF1, r.balancedAccuracy];
      shares.push(...r.perClass.flatMap((s) => [s.precision, s.recall, s.f1]));
      for (const share of shares) expect(share >= 0 && share <= 1 + 1e-12).toBe(true);
      for (const agreement of [r.kappa, r.mcc]) expect(Math.abs(agreement)).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test('rows of the confusion sum to the supports, columns to the answers, all of it to the samples', () => {
  fc.assert(
    fc.property(samples, (pairs) => {
      const r = report(pairs);
      r.perClass.forEach((s, c) => {
        expect(r.confusion[c]?.reduce((a, b) => a + b)).toBe(s.support);
        expect(r.confusion.reduce((total, row) => total + (row[c] ?? 0), 0)).toBe(s.predicted);
      });
      expect(r.perClass.reduce((total, s) => total + s.support, 0)).toBe(pairs.length);
    }),
  );
});

test('the order of the samples does not matter', () => {
  fc.assert(
    fc.property(
      samples.chain((pairs) =>
        fc.tuple(
          fc.constant(pairs),
          fc.shuffledSubarray(pairs, { minLength: pairs.length, maxLength: pairs.length }),
        ),
      ),
      ([pairs, shuffled]) => {
        expect(report(shuffled)).toEqual(report(pairs));
      },
    ),
  );
});

test('renaming the classes permutes the per-class scores and leaves the means', () => {
  fc.assert(
    fc.property(samples, fc.nat(CLASSES - 1), (pairs, shift) => {
      const rename = (c: number) => (c + shift) % CLASSES;
      const plain = report(pairs);
      const renamed = report(pairs.map(([a, b]) => [rename(a), rename(b)]));
      expect(renamed.accuracy).toBe(plain.accuracy);
      expect(renamed.macroF1).toBeCloseTo(plain.macroF1, 12);
      expect(renamed.mcc).toBeCloseTo(plain.mcc, 12);
      plain.perClass.forEach((s, c) => {
        expect(renamed.perClass[rename(c)]).toEqual(s);
      });
    }),
  );
});

test('right answers only are worth 1', () => {
  fc.assert(
    fc.property(samples, (pairs) => {
      const r = report(pairs.map(([label]) => [label, label]));
      expect([r.accuracy, r.macroF1PresentOnly, r.weightedF1, r.balancedAccuracy]).toEqual([1, 1, 1, 1]);
    }),
  );
});

test.each([
  ['lengths differ', [0, 1], [0], /2 labels, 1 answers/],
  ['nothing is given', [], [], /0 labels, 0 answers/],
  ['a label is out of range', [0, 4], [0, 1], /from 0 to 3\. Received: 4 as label of sample 1/],
  ['an answer is no integer', [0, 1], [0, 0.5], /Received: 0\.5 as answer of sample 1/],
])('it refuses when %s', (_, labels, answers, message) => {
  expect(() => classificationReport(labels, answers, 4)).toThrow(message);
});
