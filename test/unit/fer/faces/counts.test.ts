import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classCounts, FER2013_COUNTS, labelsFor } from '../../../../src/fer/faces/index.ts';

const sum = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0);

describe('classCounts', () => {
  it("gives FER2013's own counts back for its own total", () => {
    expect(classCounts(28_709, FER2013_COUNTS.train)).toEqual([...FER2013_COUNTS.train]);
    expect(classCounts(7_178, FER2013_COUNTS.test)).toEqual([...FER2013_COUNTS.test]);
  });

  it('keeps the imbalance of the default profile', () => {
    expect(classCounts(2400, FER2013_COUNTS.train)).toEqual([334, 36, 343, 603, 415, 404, 265]);
  });

  it('adds up to the total and gives every class its minimum, whatever the shares', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 7, maxLength: 7 }),
        fc.integer({ min: 70, max: 5000 }),
        fc.integer({ min: 0, max: 10 }),
        (shares, total, minimum) => {
          const counts = classCounts(total, shares, minimum);
          expect(sum(counts)).toBe(total);
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(minimum);
        },
      ),
    );
  });

  it('never gives a class with the smaller share more images', () => {
    const counts = classCounts(700, [10, 20, 30, 40, 50, 60, 70]);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it('refuses a total that cannot hold the minimum, and says what it needs', () => {
    expect(() => classCounts(20, FER2013_COUNTS.train)).toThrowErrorMatchingInlineSnapshot(
      `[FermentError: 7 classes with at least 4 images each need a whole number of at least 28 images. Received: 20.]`,
    );
    expect(() => classCounts(99.5, FER2013_COUNTS.train)).toThrow(/Received: 99.5/);
  });
});

describe('labelsFor', () => {
  it('lists class after class', () => {
    expect(labelsFor([2, 0, 1])).toEqual([0, 0, 2]);
  });
});
