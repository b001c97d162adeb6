import { type Affinities, exactAffinities } from './affinities.ts';
import type { Matrix } from './matrix.ts';

/** Sum over all ordered pairs of 1 / (1 + |yi - yj|^2), the denominator of q; `y` is `[n, 2]`. */
export function pairNormalisation(y: Float64Array): number {
  let total = 0;
  for (let i = 0; i < y.length; i += 2) {
    const px = y[i] ?? 0;
    const py = y[i + 1] ?? 0;
    let row = 0;
    for (let j = 0; j < i; j += 2) {
      const dx = (y[j] ?? 0) - px;
      const dy = (y[j + 1] ?? 0) - py;
      row += 1 / (1 + dx * dx + dy * dy);
    }
    total += row;
  }
  return 2 * total;
}

/**
 * KL(P || Q) of a map `[n, 2]`, in nats, over the pairs that P has; q is normalised by `normalisation`,
 * that of all pairs unless an approximation is given.
 */
export function divergence(
  p: Affinities,
  y: Float64Array,
  normalisation: number = pairNormalisation(y),
): number {
  const logNormalisation = Math.log(normalisation);
  let total = 0;
  for (let i = 0; i < p.n; i++) {
    const px = y[2 * i] ?? 0;
    const py = y[2 * i + 1] ?? 0;
    for (let at = p.starts[i] ?? 0; at < (p.starts[i + 1] ?? 0); at++) {
      const value = p.values[at] ?? 0;
      const j = 2 * (p.columns[at] ?? 0);
      const dx = (y[j] ?? 0) - px;
      const dy = (y[j + 1] ?? 0) - py;
      // A value that underflowed to 0 adds 0; its logarithm would make that not-a-number.
      if (value > 0) total += value * (Math.log(value * (1 + dx * dx + dy * dy)) + logNormalisation);
    }
  }
  return total;
}

/** dKL/dy of every point by the sums over all pairs, `[n, 2]`. O(n^2). Equation 5 of van der Maaten and Hinton (2008). */
export function exactGradient(p: Affinities, y: Float64Array): Float64Array {
  const gradient = new Float64Array(y.length);
  const normalisation = addRepulsion(y, gradient);
  for (let i = 0; i < gradient.length; i++) gradient[i] = (-4 * (gradient[i] ?? 0)) / normalisation;
  addAttraction(p, y, 4, gradient);
  return gradient;
}

/** force += sum over j of (1 + d^2)^-2 (yi - yj), over all pairs. Returns the normalisation. */
export function addRepulsion(y: Float64Array, force: Float64Array): number {
  let total = 0;
  for (let i = 0; i < y.length; i += 2) {
    const px = y[i] ?? 0;
    const py = y[i + 1] ?? 0;
    let forceX = 0;
    let forceY = 0;
    for (let j = 0; j < i; j += 2) {
      const dx = px - (y[j] ?? 0);
      const dy = py - (y[j + 1] ?? 0);
      const q = 1 / (1 + dx * dx + dy * dy);
      const q2 = q * q;
      total += q;
      forceX += q2 * dx;
      forceY += q2 * dy;
      force[j] = (force[j] ?? 0) - q2 * dx;
      force[j + 1] = (force[j + 1] ?? 0) - q2 * dy;
    }
    force[i] = (force[i] ?? 0) + forceX;
    force[i + 1] = (force[i + 1] ?? 0) + forceY;
  }
  return 2 * total;
}

/** gradient += factor * sum over j of p(ij) (yi - yj) / (1 + d^2). */
export function addAttraction(p: Affinities, y: Float64Array, factor: number, gradient: Float64Array): void {
  const { starts, columns, values } = p;
  for (let i = 0; i < p.n; i++) {
    const px = y[2 * i] ?? 0;
    const py = y[2 * i + 1] ?? 0;
    let pullX = 0;
    let pullY = 0;
    const end = starts[i + 1] ?? 0;
    for (let at = starts[i] ?? 0; at < end; at++) {
      const j = 2 * (columns[at] ?? 0);
      const dx = px - (y[j] ?? 0);
      const dy = py - (y[j + 1] ?? 0);
      const pull = (values[at] ?? 0) / (1 + dx * dx + dy * dy);
      pullX += pull * dx;
      pullY += pull * dy;
    }
    gradient[2 * i] = (gradient[2 * i] ?? 0) + factor * pullX;
    gradient[2 * i + 1] = (gradient[2 * i + 1] ?? 0) + factor * pullY;
  }
}

/**
 * KL(P || Q) with nothing left out: P of all pairs at this perplexity, q normalised over all pairs. O(n^2) in time
 * and memory: for comparing maps of up to a few thousand points. `x` `[n, d]`, `map` `[n, 2]`.
 */
export function exactKl(x: Matrix, map: Matrix, perplexity: number): number {
  return divergence(exactAffinities(x, perplexity), map.data);
}
