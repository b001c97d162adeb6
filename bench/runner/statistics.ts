/** The middle value; of an even number of values the mean of the two in the middle. Of none NaN. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How many times as long as another one took, round by round: their median, and the range. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Pairs the rounds of two contestants; of one with fewer rounds, each is compared with the round that it ran in. */
export function ratioOf(theirs: readonly number[], ours: readonly number[]): Ratio | undefined {
  const ratios = theirs.flatMap((value, i) => {
    const own = ours[i];
    return own === undefined ? [] : [value / own];
  });
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
