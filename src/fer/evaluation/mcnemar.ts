/** McNemar's exact test of the first run of each: only images that one answers rightly and the other wrongly count. */
export interface McNemar {
  readonly onlyA: number;
  readonly onlyB: number;
  /** Two-sided, binomial with one half. */
  readonly p: number;
}

/** `a`, `b`: answers of one run each to the same images. */
export function mcnemar(labels: Uint8Array, a: Uint8Array | undefined, b: Uint8Array | undefined): McNemar {
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < labels.length; i++) {
    const [right, other] = [a?.[i] === labels[i], b?.[i] === labels[i]];
    if (right && !other) onlyA++;
    if (other && !right) onlyB++;
  }
  return { onlyA, onlyB, p: binomialTwoSided(Math.min(onlyA, onlyB), onlyA + onlyB) };
}

/** P(at most `low` of `count`, or as far on the other side) of fair coins, summed in logarithms. */
export function binomialTwoSided(low: number, count: number): number {
  let logTerm = -count * Math.LN2; // of k = 0
  let sum = 0;
  for (let k = 0; k <= low; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(count - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * sum);
}
