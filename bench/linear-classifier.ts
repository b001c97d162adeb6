/** Images as rows with their labels. */
export interface Part {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Numbers per image. */
  readonly features: number;
}

/** The same rows, each column with mean 0 and standard deviation 1 on the first part. */
export interface Standardised {
  readonly rows: Float32Array;
  readonly labels: Uint8Array;
  readonly features: number;
}

export interface LinearModel {
  /** [classes, features + 1], the bias last. */
  readonly weights: Float32Array;
  readonly classes: number;
}

export function standardise(parts: readonly Part[]): Standardised[] {
  const [first] = parts;
  if (first === undefined) return [];
  const { features, labels } = first;
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  first.images.forEach((value, i) => {
    mean[i % features] = (mean[i % features] ?? 0) + value / labels.length;
    square[i % features] = (square[i % features] ?? 0) + (value * value) / labels.length;
  });
  const deviation = square.map((s, i) => Math.sqrt(Math.max(1e-6, s - (mean[i] ?? 0) ** 2)));
  return parts.map((part) => ({
    rows: Float32Array.from(
      part.images,
      (v, i) => (v - (mean[i % features] ?? 0)) / (deviation[i % features] ?? 1),
    ),
    labels: part.labels,
    features,
  }));
}

export interface FitOptions {
  readonly classes: number;
  /** Times half the squared weights, beside the mean cross-entropy. */
  readonly penalty: number;
  readonly iterations: number;
  readonly start: LinearModel | undefined;
}

/**
 * Multinomial logistic regression by Nesterov's accelerated gradient with restarts when the step turns uphill
 * (O'Donoghue and Candes, 2015). The step size is the inverse of a bound on the curvature, half the largest
 * eigenvalue of the covariance, found by power iteration.
 */
export function fitLogistic(part: Standardised, options: FitOptions): LinearModel {
  const { classes, penalty, iterations } = options;
  const width = part.features + 1;
  const step = 1 / (0.5 * largestEigenvalue(part) + penalty);
  let weights = options.start?.weights.slice() ?? new Float32Array(classes * width);
  let ahead = weights.slice();
  let momentum = 1;
  for (let i = 0; i < iterations; i++) {
    const slope = gradient(part, { weights: ahead, classes }, penalty);
    const next = ahead.map((w, j) => w - step * (slope[j] ?? 0));
    const uphill = next.reduce((s, w, j) => s + (slope[j] ?? 0) * (w - (weights[j] ?? 0)), 0) > 0;
    const following = uphill ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const pull = uphill ? 0 : (momentum - 1) / following;
    ahead = next.map((w, j) => w + pull * (w - (weights[j] ?? 0)));
    weights = next;
    momentum = following;
  }
  return { weights, classes };
}

function gradient(part: Standardised, model: LinearModel, penalty: number): Float32Array {
  const { rows, labels, features } = part;
  const width = features + 1;
  const slope = model.weights.map((w, j) => (j % width === features ? 0 : penalty * w));
  labels.forEach((label, n) => {
    const row = rows.subarray(n * features, (n + 1) * features);
    const errors = softmax(scores(model, row));
    errors[label] = (errors[label] ?? 0) - 1;
    for (let c = 0; c < model.classes; c++) {
      const error = (errors[c] ?? 0) / labels.length;
      const base = c * width;
      for (let f = 0; f < features; f++) slope[base + f] = (slope[base + f] ?? 0) + error * (row[f] ?? 0);
      slope[base + features] = (slope[base + features] ?? 0) + error;
    }
  });
  return slope;
}

function scores(model: LinearModel, row: Float32Array): Float64Array {
  const width = row.length + 1;
  return Float64Array.from({ length: model.classes }, (_, c) => {
    let sum = model.weights[c * width + row.length] ?? 0;
    for (let f = 0; f < row.length; f++) sum += (model.weights[c * width + f] ?? 0) * (row[f] ?? 0);
    return sum;
  });
}

function softmax(values: Float64Array): Float64Array {
  const top = Math.max(...values);
  const powers = values.map((v) => Math.exp(v - top));
  const sum = powers.reduce((s, p) => s + p, 0);
  return powers.map((p) => p / sum);
}

function largestEigenvalue(part: Standardised): number {
  const { rows, labels, features } = part;
  let direction = new Float64Array(features).fill(1 / Math.sqrt(features));
  let value = 0;
  for (let i = 0; i < 12; i++) {
    const image = new Float64Array(features);
    for (let n = 0; n < labels.length; n++) {
      const row = rows.subarray(n * features, (n + 1) * features);
      let dot = 0;
      for (let f = 0; f < features; f++) dot += (row[f] ?? 0) * (direction[f] ?? 0);
      for (let f = 0; f < features; f++) image[f] = (image[f] ?? 0) + (dot * (row[f] ?? 0)) / labels.length;
    }
    value = Math.hypot(...image);
    direction = image.map((v) => v / value);
  }
  return value;
}

/** The most likely class of each row. */
export function predict(model: LinearModel, part: Standardised): number[] {
  return Array.from(part.labels, (_, n) => {
    const values = scores(model, part.rows.subarray(n * part.features, (n + 1) * part.features));
    return values.indexOf(Math.max(...values));
  });
}
