import { describe, expect, test } from 'vitest';
import { chooseViews, withoutDuplicates } from '../../../../src/fer/evaluation/view-metrics.ts';
import {
  countViews,
  lookAt,
  meanOf,
  ONE_VIEW,
  viewAnswers,
  viewsOf,
} from '../../../../src/fer/evaluation/views.ts';

/** Two gray pictures in RGB: a slope to the right and one downwards. */
const images = Uint8Array.from({ length: 2 * 48 * 48 * 3 }, (_, at) => {
  const pixel = Math.floor(at / 3) % 2304;
  return 5 * (at < 6912 ? pixel % 48 : Math.floor(pixel / 48));
});
const grayAt = (rgb: Uint8Array, image: number, x: number, y: number): number | undefined =>
  rgb[3 * (image * 2304 + y * 48 + x)];

describe('sets of views', () => {
  test('hold every combination, the image as it is first', () => {
    expect(viewsOf({})).toEqual([ONE_VIEW]);
    expect(viewsOf({ flip: true })).toEqual([ONE_VIEW, { ...ONE_VIEW, flip: true }]);
    const scales = viewsOf({ flip: true, scales: [0.92, 1, 1.08] });
    expect(scales).toHaveLength(6);
    expect(scales[0]).toEqual(ONE_VIEW);
    expect(viewsOf({ shiftPixels: 2 }).map(({ dx, dy }) => [dx, dy])).toEqual([
      [0, 0],
      [-2, 0],
      [2, 0],
      [0, -2],
      [0, 2],
    ]);
    expect(countViews([viewsOf({ flip: true }), scales, viewsOf({ flip: true, shiftPixels: 2 })])).toBe(14);
  });
});

describe('a view', () => {
  test('as it is leaves the pixels alone', () => {
    expect(lookAt(images, ONE_VIEW)).toBe(images);
  });

  test('mirrors, shifts with repeated borders, and enlarges about the centre', () => {
    const flipped = lookAt(images, { ...ONE_VIEW, flip: true });
    const shifted = lookAt(images, { ...ONE_VIEW, dx: 2, dy: -3 });
    const larger = lookAt(images, { ...ONE_VIEW, scale: 1.25 });
    expect([grayAt(flipped, 0, 0, 7), grayAt(flipped, 0, 47, 7)]).toEqual([235, 0]);
    expect([grayAt(shifted, 0, 10, 7), grayAt(shifted, 0, 0, 7)]).toEqual([40, 0]);
    expect([grayAt(shifted, 1, 10, 7), grayAt(shifted, 1, 10, 47)]).toEqual([50, 235]);
    // 20 pixels right of the centre it shows what was 16 pixels right of it.
    expect(Math.abs((grayAt(larger, 0, 43, 7) ?? 0) - 5 * (23.5 + 19.5 / 1.25))).toBeLessThan(0.6);
    expect(flipped).toHaveLength(images.length);
  });

  test('is answered once, and the mean is over views', () => {
    let calls = 0;
    const answer = viewAnswers(images, () => Float32Array.of(++calls, 0));
    const flip = { ...ONE_VIEW, flip: true };
    expect([...meanOf([answer(ONE_VIEW), answer(flip), answer(ONE_VIEW), answer(flip)])]).toEqual([1.5, 0]);
    expect(calls).toBe(2);
  });
});

describe('the choice', () => {
  const set = (accuracy: number, views: number) => ({ accuracy, macroF1: 0, views });

  test('names the runner-up', () => {
    expect(chooseViews({ one: set(0.6, 1), few: set(0.7, 2) }).reason).toBe(
      'few has the highest accuracy on validation: 0.7000, before one with 0.6000.',
    );
  });

  test('is the highest accuracy, of equals the fewest views, and says why', () => {
    expect(chooseViews({ one: set(0.6, 1), many: set(0.7, 30), few: set(0.7, 2) })).toEqual({
      chosen: 'few',
      reason: 'few has the highest accuracy on validation: 0.7000, as many has, with no fewer views.',
    });
  });
});

describe('without duplicates', () => {
  const answers = {
    labels: Uint8Array.of(0, 1, 1),
    probabilities: Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.3, 0.7),
    classCount: 2,
  };

  test('the images that occur in train are left out', () => {
    expect(withoutDuplicates({ ...answers, inTrain: [false, true, false] })).toEqual({
      deduplicated: { images: 2, accuracy: 1, macroF1: 1 },
    });
  });

  test.each([[[false, false, false]], [[true, true, true]]])('nothing is said for %s', (inTrain) => {
    expect(withoutDuplicates({ ...answers, inTrain })).toEqual({});
  });
});
