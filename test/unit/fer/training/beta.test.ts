import { expect, test } from 'vitest';
import { drawBeta } from '../../../../src/fer/training/augmentation/beta.ts';
import { createRandom } from '../../../../src/kit/index.ts';

const DRAWS = 40_000;

function draws(alpha: number, count = DRAWS): number[] {
  const random = createRandom(1, 'beta');
  return Array.from({ length: count }, () => drawBeta(random, alpha));
}

test.each([0.2, 0.4, 1, 1.5, 2, 8, 12, 32, 1000])(
  'Beta(a, a) of a = %s has its mean, variance and fourth moment',
  (alpha) => {
    const offsets = draws(alpha).map((u) => u - 0.5);
    const moment = (power: number) => offsets.reduce((sum, offset) => sum + offset ** power, 0) / DRAWS;
    const variance = 1 / (4 * (2 * alpha + 1));
    const kurtosis = 3 - 6 / (2 * alpha + 3);
    // Within four standard errors: of the mean s / √n, of the variance about s² √((k - 1) / n).
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(moment(2) / variance - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / DRAWS));
    expect(Math.abs(moment(4) / variance ** 2 / kurtosis - 1)).toBeLessThan(0.06);
  },
);

test('up to 1 the draws are those that committed trainings were made with', () => {
  expect([0.2, 0.4, 1].map((alpha) => draws(alpha, 3))).toMatchInlineSnapshot(`
    [
      [
        0.0007413581714009769,
        0.9995148593913072,
        0.1622467629115713,
      ],
      [
        0.02651575575154644,
        0.9784436607067296,
        0.3055933181868792,
      ],
      [
        0.1913507687053667,
        0.4186491966360948,
        0.8236526796947841,
      ],
    ]
  `);
});

test.each([1e-9, 1e-3])('of a = %s nearly every draw is 0 or 1, each half of the time', (alpha) => {
  const ones = draws(alpha, 2000).filter((u) => u > 0.99);
  const zeros = draws(alpha, 2000).filter((u) => u < 0.01);
  expect(ones.length + zeros.length).toBeGreaterThan(1950);
  expect(Math.abs(ones.length - zeros.length)).toBeLessThan(200);
});

test('of a huge a every draw is a half', () => {
  expect(draws(1e308, 3)).toEqual([0.5, 0.5, 0.5]);
});
