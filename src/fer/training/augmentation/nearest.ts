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
  const affine = affineMap(change, size / 2);
  const last = size - 1;
  const edge = fill === 'edge';
  let out = to.offset;
  for (let y = 0; y < size; y++) {
    let fx = affine.x0 + y * affine.b;
    let fy = affine.y0 + y * affine.e;
    for (let x = 0; x < size; x++, out++, fx += affine.a, fy += affine.d) {
      const ax = hold(fx >> 16, last, edge);
      const ay = hold(fy >> 16, last, edge);
      const sx = hold((rotation.x0 + ax * rotation.a + ay * rotation.b) >> 16, last, edge);
      const sy = hold((rotation.y0 + ax * rotation.d + ay * rotation.e) >> 16, last, edge);
      const source = from.offset + sy * size + (change.flip ? last - sx : sx);
      const inside = isInside(ax, ay, last) && isInside(sx, sy, last);
      to.pixels[out] = inside ? (from.pixels[source] ?? 0) : 0;
    }
  }
}

/** With edge fill an index outside becomes the nearest inside. */
function hold(index: number, last: number, edge: boolean): number {
  return edge ? Math.max(0, Math.min(index, last)) : index;
}

/** Compares unsigned, so that a negative index is outside too. */
function isInside(x: number, y: number, last: number): boolean {
  return x >>> 0 <= last && y >>> 0 <= last;
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
