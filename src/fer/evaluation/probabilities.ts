import { FermentError } from '../../kit/index.ts';

/**
 * Class probabilities as float64 with rows that sum to 1, row-major `[n, classCount]`: float32 rows sum to 1 only
 * nearly. Throws BAD_ARRAY for another shape, a negative or non-finite number, or a row of zeros.
 */
export function normaliseRows(probabilities: ArrayLike<number>, classCount: number): Float64Array {
  if (probabilities.length === 0 || probabilities.length % classCount !== 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected rows of ${classCount} probabilities. Received: ${probabilities.length} numbers in all.`,
    );
  }
  const out = new Float64Array(probabilities);
  for (let start = 0; start < out.length; start += classCount) {
    const row = out.subarray(start, start + classCount);
    let total = 0;
    for (const p of row) total += p >= 0 ? p : Number.NaN;
    if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
      throw new FermentError(
        'BAD_ARRAY',
        `Expected probabilities, none negative, with a sum above 0. Received: [${row.join(', ')}] for sample ${start / classCount}.`,
        { hint: 'Not-a-number here means that the training diverged: try a lower learning rate.' },
      );
    }
    for (let c = 0; c < classCount; c++) row[c] = (row[c] ?? 0) / total;
  }
  return out;
}

/** The class with the largest value in each row; of equals the lowest number. Row-major `[n, classCount]`. */
export function argmaxRows(values: ArrayLike<number>, classCount: number): Uint8Array {
  const answers = new Uint8Array(values.length / classCount);
  for (let i = 0; i < answers.length; i++) {
    let best = 0;
    for (let c = 1; c < classCount; c++) {
      if ((values[i * classCount + c] ?? 0) > (values[i * classCount + best] ?? 0)) best = c;
    }
    answers[i] = best;
  }
  return answers;
}

/**
 * Mean of -ln p(label), in nats. Probabilities below 2^-52 count as 2^-52, as in scikit-learn, so one certain
 * mistake costs 36 and not infinity. `p` as `normaliseRows` gives it.
 */
export function logLoss(p: Float64Array, labels: ArrayLike<number>, classCount: number): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    total -= Math.log(Math.max(p[i * classCount + (labels[i] ?? 0)] ?? 0, Number.EPSILON));
  }
  return total / labels.length;
}

/** Brier's score (1950): squared distance from the one-hot label, summed over classes, mean over samples; 0 to 2. */
export function brierSum(p: Float64Array, labels: ArrayLike<number>, classCount: number): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classCount; c++) {
      const distance = (p[i * classCount + c] ?? 0) - (labels[i] === c ? 1 : 0);
      total += distance * distance;
    }
  }
  return total / labels.length;
}

/** Share of samples whose label is among the k most probable classes; of equals the lower number comes first. */
export function topKAccuracy(
  p: Float64Array,
  labels: ArrayLike<number>,
  classCount: number,
  k: number,
): number {
  let hits = 0;
  for (let i = 0; i < labels.length; i++) {
    if (rankOf(p.subarray(i * classCount, (i + 1) * classCount), labels[i] ?? 0) < k) hits++;
  }
  return hits / labels.length;
}

/** How many classes come before `label`. */
function rankOf(row: Float64Array, label: number): number {
  const own = row[label] ?? 0;
  let rank = 0;
  row.forEach((value, c) => {
    if (value > own || (value === own && c < label)) rank++;
  });
  return rank;
}
