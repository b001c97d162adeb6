import type { ImagePlace } from './image.ts';
import type { OnlineChange } from './parameters.ts';

/** What shows where an image was moved away from. */
export type Fill = 'black' | 'edge';

/**
 * Where one nearest-neighbour resampling finds the source of output pixel (x, y), as Pillow computes it: along a
 * row the source moves by (a, d), from row to row by (b, e), all in 16.16 fixed point, and `>> 16` is the index.
 */
interface FixedMap {
  readonly x0: number;
  readonly y0: number;
  readonly a: number;
  readonly b: number;
  readonly d: number;
  readonly e: number;
}

const ONE = 65_536;
const IDENTITY: FixedMap = { x0: 0, y0: 0, a: ONE, b: 0, d: 0, e: ONE };

/**
 * Flip, rotation, then shear and shift by two nearest-neighbour resamplings, pixel for pixel as Pillow and
 * torchvision do it (reference: images/online.npy). A nearest resampling only moves pixels, so the two and the flip
 * are one chain of indices and need no picture in between.
 */
export function changeNearest(from: ImagePlace, to: ImagePlace, change: OnlineChange, fill: Fill): void {
  const { size } = from;
  const rotation = rotationMap(change.angleDegrees, size / 2);
  const { x0, y0, b, e } = affineMap(change, size / 2);
  if (fill === 'black') to.pixels.fill(0, to.offset, to.offset + size * size);
  for (let y = 0; y < size; y++) {
    // Shear along x and shift move whole rows (a is 1 and d is 0), so that row y is a row of the rotated image, moved.
    const shift = (x0 + y * b) >> 16;
    const row = (y0 + y * e) >> 16;
    const rowMap = { rotation, flip: change.flip, out: to.offset + y * size, row, shift };
    if (fill === 'edge') changeRowHeld(from, to, rowMap);
    else changeRow(from, to, rowMap);
  }
}

/** One row of output, which begins at `out`: pixel x is pixel (x + shift, row) of the rotated image. */
interface RowMap {
  readonly rotation: FixedMap;
  readonly flip: boolean;
  readonly out: number;
  readonly row: number;
  readonly shift: number;
}

/** Leaves what is outside, of the image or of the rotated one, as it is. */
function changeRow(from: ImagePlace, to: ImagePlace, { rotation, flip, out, row, shift }: RowMap): void {
  const { pixels, size } = from;
  const target = to.pixels;
  if (row < 0 || row >= size) return;
  const first = Math.max(0, -shift);
  const end = out + Math.min(size, size - shift);
  const { a, d } = rotation;
  const start = flip ? from.offset + size - 1 : from.offset;
  const step = flip ? -1 : 1;
  // 32-bit sums, which wrap as `>> 16` of the whole number would.
  let x = (rotation.x0 + (first + shift) * a + row * rotation.b) | 0;
  let y = (rotation.y0 + (first + shift) * d + row * rotation.e) | 0;
  for (let at = out + first; at < end; at++) {
    const sx = x >> 16;
    const sy = y >> 16;
    // Compared unsigned, so that a negative index is outside too.
    if (sx >>> 0 < size && sy >>> 0 < size) target[at] = pixels[start + sy * size + step * sx] ?? 0;
    x = (x + a) | 0;
    y = (y + d) | 0;
  }
}

/** The nearest pixel inside for each that lies outside, of the image and of the rotated one. */
function changeRowHeld(from: ImagePlace, to: ImagePlace, { rotation, flip, out, row, shift }: RowMap): void {
  const { pixels, offset, size } = from;
  const last = size - 1;
  const ay = hold(row, last);
  for (let x = 0; x < size; x++) {
    const ax = hold(x + shift, last);
    const sx = hold((rotation.x0 + ax * rotation.a + ay * rotation.b) >> 16, last);
    const sy = hold((rotation.y0 + ax * rotation.d + ay * rotation.e) >> 16, last);
    to.pixels[out + x] = pixels[offset + sy * size + (flip ? last - sx : sx)] ?? 0;
  }
}

function hold(index: number, last: number): number {
  return Math.max(0, Math.min(index, last));
}

/** Pillow's rotation: sine and cosine rounded to 15 places; a turn by 0 is a copy. */
function rotationMap(angleDegrees: number, centre: number): FixedMap {
  const degrees = modulo(angleDegrees, 360);
  if (degrees === 0) return IDENTITY;
  const radians = -(degrees * Math.PI) / 180;
  const cos = roundTo15(Math.cos(radians));
  const sin = roundTo15(Math.sin(radians));
  const c = -centre * cos - centre * sin + centre;
  const f = centre * sin - centre * cos + centre;
  return fixedMap({ a: cos, b: sin, c, d: -sin, e: cos, f });
}

/** torchvision's inverse matrix of an x-shear and a shift about the centre, added up in its order. */
function affineMap(change: OnlineChange, centre: number): FixedMap {
  const k = Math.tan((change.shearDegrees * Math.PI) / 180);
  const c = -centre - change.dx + k * (-centre - change.dy) + centre;
  const f = -centre - change.dy + centre;
  // A pure shift takes Pillow's other path, in doubles. The shift is whole, so that both paths give the same pixels.
  return fixedMap({ a: 1, b: k, c, d: 0, e: 1, f });
}

interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

function fixedMap(m: Matrix): FixedMap {
  return {
    x0: fix(m.c + m.a * 0.5 + m.b * 0.5),
    y0: fix(m.f + m.d * 0.5 + m.e * 0.5),
    a: fix(m.a),
    b: fix(m.b),
    d: fix(m.d),
    e: fix(m.e),
  };
}

function fix(value: number): number {
  return Math.floor(value * ONE + 0.5);
}

/** Python's `round(v, 15)`: the double nearest to the decimal with 15 places. */
function roundTo15(value: number): number {
  return Number(value.toFixed(15));
}

/** Python's `%`: the sign of the divisor. */
function modulo(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}
