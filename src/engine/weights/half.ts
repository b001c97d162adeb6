/*
 * IEEE 754 binary16: one sign bit, 5 of the exponent, 10 of the fraction. Node 20 has no Float16Array.
 */

/**
 * Bits of the float32 numbers 65,520 (the first that rounds to infinity), 2^-14 (the smallest normal half) and
 * infinity.
 */
const OVERFLOW = 0x477ff000;
const SMALLEST_NORMAL = 0x38800000;
const INFINITY_BITS = 0x7f800000;
/** Of the half: infinity, and a quiet not-a-number. */
const HALF_INFINITY = 0x7c00;
const HALF_NAN = 0x7e00;

/** The nearest halves as bits; of two equally near, the one with an even fraction. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(values, (value, i) => halfOf(value, bits[i] ?? 0));
}

function halfOf(value: number, bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > INFINITY_BITS) return sign | HALF_NAN;
  if (size >= OVERFLOW) return sign | HALF_INFINITY;
  if (size < SMALLEST_NORMAL) return sign | roundHalfToEven(Math.abs(value) * 2 ** 24);
  // The exponent's bias falls from 127 to 15; half a unit less one, and one more when the fraction is odd, rounds.
  return sign | ((size - (112 << 23) + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The numbers that halves stand for. */
export function fromHalf(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bits, numberOf);
}

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
