/** Four 32-bit numbers. */
type Four = [number, number, number, number];

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/**
 * `count` uniform numbers in [0, 1), the very ones of TensorFlow's StatelessRandomUniform for this seed: Philox
 * 4x32-10, whose key and start come out of one run of itself on the seed.
 * Source: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3"; GenerateKey in
 * tensorflow/core/kernels/stateless_random_ops.cc, Uint32ToFloat in tensorflow/core/lib/random/random_distributions.h.
 */
export function statelessUniform(count: number, seed: readonly [number, number]): Float32Array<ArrayBuffer> {
  const mix = philox(
    [seed[0] >>> 0, (seed[0] >> 31) >>> 0, seed[1] >>> 0, (seed[1] >> 31) >>> 0],
    [0x3ec8f720, 0x02461e29],
  );
  const values = new Float32Array(count);
  for (let start = 0; start < count; start += 4) {
    const four = philox([start / 4, 0, mix[2], mix[3]], [mix[0], mix[1]]);
    // 23 bits as the fraction of a number in [1, 2), less 1.
    for (let k = 0; k < 4; k++) values[start + k] = ((four[k] ?? 0) & 0x7fffff) / 0x800000;
  }
  return values;
}

function philox(counter: Four, key: readonly [number, number]): Four {
  let [a, b, c, d] = counter;
  let [low, high] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [hi0, lo0] = multiply(MULTIPLIERS[0], a);
    const [hi1, lo1] = multiply(MULTIPLIERS[1], c);
    [a, b, c, d] = [(hi1 ^ b ^ low) >>> 0, lo1, (hi0 ^ d ^ high) >>> 0, lo0];
    low = (low + KEY_STEPS[0]) >>> 0;
    high = (high + KEY_STEPS[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The product of two 32-bit numbers, high and low half. */
function multiply(a: number, b: number): [high: number, low: number] {
  const low = Math.imul(a, b) >>> 0;
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = ((middle & 0xffff) + aLow * bHigh) / 0x10000;
  return [(aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry)) >>> 0, low];
}
