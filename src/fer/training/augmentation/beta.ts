import type { Random } from '../../../kit/index.ts';

/**
 * A number from Beta(a, a), a above 0, each kind of a in the way that is quick for it: Jöhnk's rejection takes a share
 * of `Γ(a + 1)² / Γ(2a + 1)` of what it draws, which is below one in a million from 12 on.
 */
export function drawBeta(random: Random, a: number): number {
  return a > 1 ? ratioOfGammas(random, a) : byRejection(random, a);
}

/** Jöhnk (1964), for a of at most 1. */
function byRejection(random: Random, a: number): number {
  for (;;) {
    const u = random.next();
    const v = random.next();
    const x = u ** (1 / a);
    const y = v ** (1 / a);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
    // Below about 0.05 both powers can be too small for a float; their ratio is not.
    if (x + y === 0 && u + v > 0) return 1 / (1 + (v / u) ** (1 / a));
  }
}

/** `g / (g + h)` of two numbers from Gamma(a, 1). */
function ratioOfGammas(random: Random, a: number): number {
  const g = drawGamma(random, a);
  return 1 / (1 + drawGamma(random, a) / g);
}

/**
 * From Gamma(a, 1), for a of at least 1: Marsaglia and Tsang (2000), without their squeeze, which saves a logarithm.
 */
function drawGamma(random: Random, a: number): number {
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}
