import { digestOf } from './digest.ts';

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
  const key = JSON.stringify([seed, ...labels]);
  const bytes = Buffer.from(digestOf(key), 'hex');
  let state: RandomState = [
    bytes.readUInt32LE(0) | 1, // never the all-zero state
    bytes.readUInt32LE(4),
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  ];

  const uint32 = (): number => {
    const [s0, s1, s2, s3] = state;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    state = [(s0 ^ t3) >>> 0, (s1 ^ t2) >>> 0, (t2 ^ (s1 << 9)) >>> 0, rotateLeft(t3, 11) >>> 0];
    return result;
  };
  const next = (): number => ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992;

  return {
    uint32,
    next,
    uniform: (low, high) => low + (high - low) * next(),
    below: (n) => belowFrom(uint32, n),
    normal: () => normalFrom(next),
    chance: (p) => next() < p,
    pick: (items) => {
      const item = items[belowFrom(uint32, items.length)];
      if (item === undefined) throw new RangeError('pick() needs a non-empty list');
      return item;
    },
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = belowFrom(uint32, i + 1);
        const swap = items[i];
        items[i] = items[j];
        items[j] = swap;
      }
      return items;
    },
    fork: (...more) => createRandom(seed, ...labels, ...more),
    state: () => state,
    restore: (saved) => {
      state = saved;
    },
  };
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function belowFrom(uint32: () => number, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > 0x1_0000_0000)
    throw new RangeError(`below(n) needs 1 to 2^32. Received: ${n}`);
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
  let x = uint32();
  while (x >= limit) x = uint32();
  return x % n;
}

function normalFrom(next: () => number): number {
  for (;;) {
    const u = 2 * next() - 1;
    const v = 2 * next() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}
