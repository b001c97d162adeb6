import { type Digest, digestOf } from './digest.ts';

/** The whole state of a generator, four unsigned 32-bit words, as it goes into a checkpoint. */
export type RandomState = readonly [number, number, number, number];

/**
 * A seeded source of random numbers: xoshiro128** 1.1 (Blackman and Vigna, 2018). Same seed and labels, same
 * numbers, on every machine. Not for secrets.
 */
export interface Random {
  /** A 32-bit unsigned integer. */
  uint32(): number;
  /** In [0, 1), with 53 bits. */
  next(): number;
  /** In [low, high). */
  uniform(low: number, high: number): number;
  /** An integer in [0, n), without modulo bias. */
  below(n: number): number;
  /** Normal with mean 0 and standard deviation 1 (Marsaglia's polar method, no spare kept). */
  normal(): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** One element; throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { [index: number]: unknown; length: number }>(items: T): T;
  /** An independent generator, the same for the same labels whatever this one has drawn. */
  fork(...labels: readonly (string | number)[]): Random;
  state(): RandomState;
  restore(state: RandomState): void;
}

/** A generator from a seed and labels ("train", epoch, …); labels keep streams apart without magic offsets. */
export function createRandom(seed: number | string, ...labels: readonly (string | number)[]): Random {
  return new Xoshiro128([seed, ...labels]);
}

/**
 * One is made for every image that is augmented, so it is a class (nothing but its state is made anew), and its words
 * are signed: V8 keeps those in place, where an unsigned one above 2^31 is an object.
 */
class Xoshiro128 implements Random {
  readonly #key: readonly [number | string, ...(string | number)[]];
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor(key: readonly [number | string, ...(string | number)[]]) {
    this.#key = key;
    const digest = digestOf(JSON.stringify(key));
    this.#s0 = wordOf(digest, 0) | 1; // never the all-zero state
    this.#s1 = wordOf(digest, 8);
    this.#s2 = wordOf(digest, 16);
    this.#s3 = wordOf(digest, 24);
  }

  uint32(): number {
    const s1 = this.#s1;
    const t2 = this.#s2 ^ this.#s0;
    const t3 = this.#s3 ^ s1;
    this.#s0 ^= t3;
    this.#s1 = s1 ^ t2;
    this.#s2 = t2 ^ (s1 << 9);
    this.#s3 = rotateLeft(t3, 11);
    return Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  }

  next(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x1_0000_0000)
      throw new RangeError(`below(n) needs 1 to 2^32. Received: ${n}`);
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % n;
  }

  normal(): number {
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('pick() needs a non-empty list');
    return item;
  }

  shuffle<T extends { [index: number]: unknown; length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swap = items[i];
      items[i] = items[j];
      items[j] = swap;
    }
    return items;
  }

  fork(...more: readonly (string | number)[]): Random {
    return new Xoshiro128([...this.#key, ...more]);
  }

  state(): RandomState {
    return [this.#s0 >>> 0, this.#s1 >>> 0, this.#s2 >>> 0, this.#s3 >>> 0];
  }

  restore([s0, s1, s2, s3]: RandomState): void {
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
  }
}

/** The 32-bit word, least byte first and signed, that eight hexadecimal digits write. */
function wordOf(digest: Digest, at: number): number {
  const bigEndian = Number.parseInt(digest.slice(at, at + 8), 16);
  return (bigEndian << 24) | ((bigEndian & 0xff00) << 8) | ((bigEndian >>> 8) & 0xff00) | (bigEndian >>> 24);
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
