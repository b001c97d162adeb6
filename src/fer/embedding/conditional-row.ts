/** Bisection never needs as many; Newton's step takes about six. */
const MAX_STEPS = 200;
const ENTROPY_TOLERANCE = 1e-12;

/**
 * Writes p(j|i) for these squared distances to `out`: a Gaussian whose entropy is ln(perplexity), and returns its
 * beta = 1 / (2 sigma^2). `out` may be `distances` itself.
 */
export function conditionalRow(distances: Float64Array, perplexity: number, out: Float64Array): number {
  const n = distances.length;
  let nearest = Number.POSITIVE_INFINITY;
  let total = 0;
  for (let j = 0; j < n; j++) {
    nearest = Math.min(nearest, distances[j] ?? 0);
    total += distances[j] ?? 0;
  }
  const beta = findBeta(distances, nearest, total / n - nearest, Math.log(perplexity));
  let sum = 0;
  for (let j = 0; j < n; j++) {
    const p = Math.exp(-beta * ((distances[j] ?? 0) - nearest));
    out[j] = p;
    sum += p;
  }
  for (let j = 0; j < n; j++) out[j] = (out[j] ?? 0) / sum;
  return beta;
}

/** Newton's method on the entropy, kept in a bracket; `spread` is the mean distance beyond the nearest. */
function findBeta(distances: Float64Array, nearest: number, spread: number, entropyWanted: number): number {
  // Equal distances have one distribution for every beta.
  if (spread <= 0) return 1;
  let beta = 1 / spread;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { entropy, variance } = moments(distances, nearest, beta);
    const excess = entropy - entropyWanted;
    if (Math.abs(excess) < ENTROPY_TOLERANCE) break;
    if (excess > 0) low = beta;
    else high = beta;
    const next = nextBeta(low, high, beta + excess / (beta * variance));
    // More points stand nearest than the perplexity: no beta narrows that, and of an infinite one nothing is left.
    if (next === Number.POSITIVE_INFINITY) break;
    beta = next;
    if (high - low <= Number.EPSILON * low) break;
  }
  return beta;
}

/** dH/dbeta = -beta Var(d) gives Newton's step; outside the bracket, or where that is flat, bisect. */
function nextBeta(low: number, high: number, newton: number): number {
  if (newton > low && newton < high) return newton;
  return high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
}

/** Entropy in nats of the distribution at this beta, and the variance of the distance under it. */
function moments(
  distances: Float64Array,
  nearest: number,
  beta: number,
): { readonly entropy: number; readonly variance: number } {
  let mass = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j < distances.length; j++) {
    const d = (distances[j] ?? 0) - nearest;
    const p = Math.exp(-beta * d);
    mass += p;
    first += p * d;
    second += p * d * d;
  }
  const mean = first / mass;
  return { entropy: Math.log(mass) + beta * mean, variance: second / mass - mean * mean };
}
