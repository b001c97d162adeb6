import { type Affinities, exactAffinities, neighbourAffinities } from './affinities.ts';
import { createForces } from './forces.ts';
import type { Matrix } from './matrix.ts';

/** Sum over all ordered pairs of 1 / (1 + |yi - yj|^2), the denominator of q; of a map in plane or space. */
export function pairNormalisation({ data, rows, columns }: Matrix): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const px = data[columns * i] ?? 0;
    const py = data[columns * i + 1] ?? 0;
    const pz = columns === 3 ? (data[3 * i + 2] ?? 0) : 0;
    let row = 0;
    for (let at = 0; at < columns * i; at += columns) {
      const dx = (data[at] ?? 0) - px;
      const dy = (data[at + 1] ?? 0) - py;
      const dz = columns === 3 ? (data[at + 2] ?? 0) - pz : 0;
      row += 1 / (1 + dx * dx + dy * dy + dz * dz);
    }
    total += row;
  }
  return 2 * total;
}

/**
 * KL(P || Q) of a map, in nats, over the pairs that P has; q is normalised by `normalisation`, that of all pairs unless
 * an approximation is given.
 */
export function divergence(
  p: Affinities,
  map: Matrix,
  normalisation: number = pairNormalisation(map),
): number {
  const { data, columns } = map;
  const logNormalisation = Math.log(normalisation);
  let total = 0;
  for (let i = 0; i < p.n; i++) {
    for (let at = p.starts[i] ?? 0; at < (p.starts[i + 1] ?? 0); at++) {
      const value = p.values[at] ?? 0;
      const j = p.columns[at] ?? 0;
      let squares = 0;
      for (let axis = 0; axis < columns; axis++) {
        const difference = (data[columns * j + axis] ?? 0) - (data[columns * i + axis] ?? 0);
        squares += difference * difference;
      }
      // A value that underflowed to 0 adds 0; its logarithm would make that not-a-number.
      if (value > 0) total += value * (Math.log(value * (1 + squares)) + logNormalisation);
    }
  }
  return total;
}

/**
 * KL(P || Q) with nothing left out: P of all pairs at this perplexity, q normalised over all pairs. O(n^2) in time
 * and memory: for comparing maps of up to a few thousand points. `x` `[n, d]`, `map` `[n, 2]` or `[n, 3]`.
 */
export function exactKl(x: Matrix, map: Matrix, perplexity: number): number {
  return divergence(exactAffinities(x, perplexity), map);
}

/**
 * The same with P of each point's 3 x perplexity exact nearest neighbours only, and q normalised over all pairs: what
 * t-SNE lowers, measured alike for the maps of any tool. O(n^2) in time.
 */
export function neighbourKl(x: Matrix, map: Matrix, perplexity: number): number {
  return divergence(neighbourAffinities(x, perplexity), map);
}

/** dKL/dy of every point by the sums over all pairs. O(n^2). Equation 5 of van der Maaten and Hinton (2008). */
export function exactGradient(p: Affinities, map: Matrix): Float64Array {
  // With theta 0 no group is far.
  const { compute, attraction, repulsion } = createForces(p, map, 0, 1);
  const normalisation = compute();
  return attraction.map((pull, c) => 4 * (pull - (repulsion[c] ?? 0) / normalisation));
}
