/** What dividing the logits by one number does to the probabilities; the answers stay the same. */
export interface Temperature {
  /** Fitted on validation. Above 1 the model was too sure. */
  readonly value: number;
  /** Of the test images, after it. */
  readonly logLoss: number;
  readonly ece: number;
}

/** log T is looked for between these. */
const LOG_RANGE = 4;
const HALVINGS = 60;

/**
 * The temperature T at which softmax(logits / T) has the lowest mean cross-entropy (Guo et al., 2017). The loss is
 * convex in 1 / T, so its only zero of the slope is found by bisection, T between e^-4 and e^4. Undefined where there
 * is none: for a model that is right on every image the loss falls with T for ever, for one that knows nothing it
 * rises. `logits` row-major `[n, classCount]`.
 */
export function fitTemperature(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classCount: number,
): number | undefined {
  let [low, high] = [-LOG_RANGE, LOG_RANGE]; // of the logarithm of 1 / T
  const slopeAt = (logScale: number): number => slope(logits, labels, classCount, Math.exp(logScale));
  if (slopeAt(low) >= 0 || slopeAt(high) <= 0) return undefined;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/** Derivative by s of the sum of `log sum exp(s z) - s z_label`: `E_p[z] - z_label` with p = softmax(s z). */
function slope(logits: Float32Array, labels: ArrayLike<number>, classCount: number, s: number): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * classCount, (i + 1) * classCount);
    const largest = Math.max(...row);
    let [sum, weighted] = [0, 0];
    for (const z of row) {
      const term = Math.exp(s * (z - largest));
      sum += term;
      weighted += term * z;
    }
    total += weighted / sum - (row[labels[i] ?? 0] ?? Number.NaN);
  }
  return total;
}

/** Logits divided by a temperature. */
export function atTemperature(logits: Float32Array, temperature: number): Float32Array {
  return logits.map((z) => z / temperature);
}
