import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countPerClass } from '../../../../src/fer/data/class-names.ts';
import { classWeights, shuffledOrder, stratifiedSample } from '../../../../src/fer/training/loop/sampling.ts';

/** Classes from absent to a hundred times as many as others. */
const labelsArbitrary = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 100 })), {
    minLength: 7,
    maxLength: 7,
  })
  .map((counts) => Uint8Array.from(counts.flatMap((count, label) => Array<number>(count).fill(label))))
  .filter((labels) => labels.length > 0);

const classCounts = (labels: Uint8Array): number[] => Object.values(countPerClass(labels));

describe('a stratified sample', () => {
  it('has the size asked for, no image twice, and every class near its share, at least one', () => {
    fc.assert(
      fc.property(labelsArbitrary, fc.integer({ min: 7, max: 320 }), (labels, limit) => {
        const sample = stratifiedSample(labels, limit, 1);
        expect(sample.length).toBe(Math.min(limit, labels.length));
        expect(new Set(sample).size).toBe(sample.length);
        expect([...sample]).toEqual([...sample].sort((a, b) => a - b));
        const before = classCounts(labels);
        const after = classCounts(Uint8Array.from(sample, (i) => labels[i] ?? 0));
        for (const [label, count] of after.entries()) {
          const all = before[label] ?? 0;
          const share = (all * sample.length) / labels.length;
          expect(count).toBeLessThanOrEqual(all);
          if (all > 0) expect(count).toBeGreaterThanOrEqual(1);
          // Classes so rare that they are lifted to one image cost the larger ones up to as many.
          expect(Math.abs(count - share)).toBeLessThanOrEqual(7);
        }
      }),
    );
  });

  it('keeps the shares of FER2013 exactly where they divide', () => {
    const labels = Uint8Array.from([...Array(40).fill(3), ...Array(20).fill(0), ...Array(10).fill(6)]);
    const sample = stratifiedSample(labels, 14, 5);
    expect(classCounts(Uint8Array.from(sample, (i) => labels[i] ?? 0))).toEqual([4, 0, 0, 8, 0, 0, 2]);
  });

  it('is the same for the same seed and another for another', () => {
    const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 7);
    expect(stratifiedSample(labels, 50, 1)).toEqual(stratifiedSample(labels, 50, 1));
    expect(stratifiedSample(labels, 50, 1)).not.toEqual(stratifiedSample(labels, 50, 2));
  });

  it('is everything without a limit', () => {
    expect([...stratifiedSample(Uint8Array.of(1, 1, 2), null, 1)]).toEqual([0, 1, 2]);
  });

  it('refuses a limit that would leave a class out', () => {
    expect(() => stratifiedSample(Uint8Array.of(0, 1, 2, 3), 3, 1)).toThrowErrorMatchingInlineSnapshot(
      `[FermentError: A stratified sample needs room for each of the 4 classes. Received: a limit of 3.]`,
    );
  });
});

describe('the order of an epoch', () => {
  it('is a permutation, its own for each epoch', () => {
    const first = shuffledOrder(1, 1, 100);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(shuffledOrder(1, 1, 100)).toEqual(first);
    expect(shuffledOrder(1, 2, 100)).not.toEqual(first);
    expect(shuffledOrder(2, 1, 100)).not.toEqual(first);
  });
});

describe('class weights', () => {
  const labels = Uint8Array.from([...Array(8).fill(0), ...Array(2).fill(1), ...Array(2).fill(2)]);

  it('are off at power 0', () => {
    expect(classWeights(labels, 0)).toBeUndefined();
  });

  it('are (mean count / count) to the power, 1 for a class without images', () => {
    expect(classWeights(labels, 1)).toEqual([0.5, 2, 2, 1, 1, 1, 1]);
    expect(classWeights(labels, 0.5)).toEqual([Math.sqrt(0.5), Math.sqrt(2), Math.sqrt(2), 1, 1, 1, 1]);
  });
});
