/**
 * 63 bits that change little when a picture is encoded again, resized or made brighter: the signs, against their
 * median, of the lowest frequencies of the picture but the mean. As two words of 32 bits, the first bit lowest.
 */
export type PerceptualHash = readonly [number, number];

/** Side of the picture that is transformed, and of the square of frequencies that is kept. */
const SIDE = 24;
const KEPT = 8;

/** `KEPT x SIDE`: rows of the orthonormal DCT-II. */
const BASIS = Float64Array.from({ length: KEPT * SIDE }, (_, i) => {
  const [k, n] = [Math.floor(i / SIDE), i % SIDE];
  return Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE));
});

/**
 * The hash of a gray 48 x 48 picture (`side * side` pixels; `side` a multiple of 24): averaged to 24 x 24, DCT-II,
 * the 8 x 8 lowest frequencies without the first against their median. C. Zauner, Implementation and benchmarking of
 * perceptual image hash functions (2010), section 3.2.1, for small pictures.
 */
export function perceptualHash(pixels: Uint8Array): PerceptualHash {
  const small = shrink(pixels, Math.sqrt(pixels.length));
  const frequencies = lowFrequencies(small).subarray(1);
  const median = frequencies.slice().sort()[frequencies.length >> 1] ?? 0;
  const words: [number, number] = [0, 0];
  for (const [i, value] of frequencies.entries()) {
    const word = i < 32 ? 0 : 1;
    if (value > median) words[word] = (words[word] | (1 << (i & 31))) >>> 0;
  }
  return words;
}

/** In how many of the 63 bits two hashes differ. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return bitsIn(a[0] ^ b[0]) + bitsIn(a[1] ^ b[1]);
}

/** H. S. Warren, Hacker's Delight (2012), figure 5-2. */
function bitsIn(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Means of equal squares. */
function shrink(pixels: Uint8Array, side: number): Float64Array {
  const step = side / SIDE;
  const small = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const at = Math.floor(y / step) * SIDE + Math.floor(x / step);
      small[at] = (small[at] ?? 0) + (pixels[y * side + x] ?? 0) / (step * step);
    }
  return small;
}

/** `KEPT x KEPT`, by rows. */
function lowFrequencies(picture: Float64Array): Float64Array {
  const rows = new Float64Array(SIDE * KEPT);
  for (let y = 0; y < SIDE; y++)
    for (let k = 0; k < KEPT; k++) rows[y * KEPT + k] = dot(k, (n) => picture[y * SIDE + n] ?? 0);
  return Float64Array.from({ length: KEPT * KEPT }, (_, i) =>
    dot(Math.floor(i / KEPT), (n) => rows[n * KEPT + (i % KEPT)] ?? 0),
  );
}

function dot(k: number, valueAt: (n: number) => number): number {
  let sum = 0;
  for (let n = 0; n < SIDE; n++) sum += (BASIS[k * SIDE + n] ?? 0) * valueAt(n);
  return sum;
}
