/** Answers whose confidence lies in (low, high]. An empty bin has no means. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the answered class. */
  readonly confidence: number | null;
  /** Share of right answers. */
  readonly accuracy: number | null;
}

/** How far confidence can be taken for accuracy. */
export interface Calibration {
  /** Expected calibration error: mean over samples of |accuracy - confidence| of their bin (Guo et al. 2017). */
  readonly ece: number;
  /** The largest such gap of a bin that is not empty. */
  readonly maxGap: number;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * The reliability table over the confidence of the arg-max answer, in bins of equal width.
 * `p` as `normaliseRows` gives it, row-major `[n, classCount]`; answers as `argmaxRows` gives them.
 */
export function calibration(
  p: Float64Array,
  labels: ArrayLike<number>,
  answers: ArrayLike<number>,
  options: { readonly classCount: number; readonly bins: number },
): Calibration {
  const { classCount, bins } = options;
  const count = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let i = 0; i < labels.length; i++) {
    const answer = answers[i] ?? 0;
    const own = p[i * classCount + answer] ?? 0;
    const bin = Math.min(Math.max(Math.ceil(own * bins) - 1, 0), bins - 1);
    count[bin] = (count[bin] ?? 0) + 1;
    confidence[bin] = (confidence[bin] ?? 0) + own;
    if (answer === labels[i]) hits[bin] = (hits[bin] ?? 0) + 1;
  }
  const table = Array.from({ length: bins }, (_, b): ReliabilityBin => {
    const n = count[b] ?? 0;
    return {
      low: b / bins,
      high: (b + 1) / bins,
      count: n,
      confidence: n === 0 ? null : (confidence[b] ?? 0) / n,
      accuracy: n === 0 ? null : (hits[b] ?? 0) / n,
    };
  });
  const gaps = table.map((b) => Math.abs((b.accuracy ?? 0) - (b.confidence ?? 0)));
  return {
    ece: gaps.reduce((total, gap, b) => total + gap * (count[b] ?? 0), 0) / labels.length,
    maxGap: Math.max(...gaps),
    bins: table,
  };
}
