import { FermentError } from '../../kit/index.ts';

/** FER2013's own training and test images per class, in the order of CLASSES (paper, section 1.2). */
export const FER2013_COUNTS = {
  train: [3995, 436, 4097, 7215, 4965, 4830, 3171],
  test: [958, 111, 1024, 1774, 1233, 1247, 831],
} as const satisfies Record<string, readonly number[]>;

/**
 * Shares `total` images out over the classes in proportion to `shares`, at least `minimum` for each class, by the
 * largest-remainder method (Hamilton); the sum is exactly `total`. Throws BAD_PARAMS when `total` is too small.
 */
export function classCounts(total: number, shares: readonly number[], minimum = 4): number[] {
  if (!Number.isInteger(total) || total < minimum * shares.length) {
    throw new FermentError(
      'BAD_PARAMS',
      `${shares.length} classes with at least ${minimum} images each need a whole number of at least ${minimum * shares.length} images. Received: ${total}.`,
      { hint: 'Raise the image counts under download.generated.' },
    );
  }
  // A class below the minimum gets it, and the others share what is left; that may push another class below.
  const fixed = new Set<number>();
  for (;;) {
    const counts = apportion(total, shares, fixed, minimum);
    const short = counts.findIndex((count, i) => count < minimum && !fixed.has(i));
    if (short < 0) return counts;
    fixed.add(short);
  }
}

function apportion(
  total: number,
  shares: readonly number[],
  fixed: ReadonlySet<number>,
  minimum: number,
): number[] {
  const left = total - fixed.size * minimum;
  const sum = shares.reduce((s, share, i) => (fixed.has(i) ? s : s + share), 0);
  const exact = shares.map((share, i) => (fixed.has(i) ? minimum : (left * share) / sum));
  const counts = exact.map(Math.floor);
  const missing = total - counts.reduce((s, c) => s + c, 0);
  const byRemainder = exact
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .filter(({ i }) => !fixed.has(i))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, missing)) counts[i] = (counts[i] ?? 0) + 1;
  return counts;
}

/** One label per image, class after class: `[2, 0, 1]` gives `[0, 0, 2]`. */
export function labelsFor(counts: readonly number[]): number[] {
  return counts.flatMap((count, label) => Array.from({ length: count }, () => label));
}
