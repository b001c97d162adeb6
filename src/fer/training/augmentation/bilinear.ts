import type { ImagePlace } from './image.ts';
import type { Fill } from './nearest.ts';
import type { BaselineChange, OnlineChange } from './parameters.ts';

/** Source position of output pixel (x, y), in pixel indices: (a x + b y + c, d x + e y + f). */
export interface AffineMap {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** The same change as `changeNearest`, in one bilinear resampling: no jagged edges, and no detail lost twice. */
export function changeBilinear(from: ImagePlace, to: ImagePlace, change: OnlineChange, fill: Fill): void {
  const { size } = from;
  const centre = (size - 1) / 2;
  const radians = (-change.angleDegrees * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const k = Math.tan((change.shearDegrees * Math.PI) / 180);
  // Output to source, about the centre: undo shift, then shear, then turn, then flip.
  const m = { a: cos, b: cos * k + sin, d: -sin, e: cos - sin * k };
  const map = aboutCentre({ ...m, tx: -change.dx, ty: -change.dy }, centre);
  resampleBilinear(from, to, change.flip ? mirrored(map, size) : map, fill);
}

/**
 * One image of the paper's baseline, as Keras' image generator makes it: bilinear, edges replicated, rotation x
 * shift x shear about the centre, the flips last.
 */
export function changeAsKeras(from: ImagePlace, to: ImagePlace, change: BaselineChange): void {
  const { size } = from;
  const last = size - 1;
  const map = kerasMap(change, last / 2);
  const { a, b, c, d, e, f } = map;
  // The flips turn the output, so that output pixel x reads what pixel (last - x) would have read.
  const columns = change.flipHorizontal ? { a: -a, c: c + a * last, d: -d, f: f + d * last } : { a, c, d, f };
  const rows = change.flipVertical
    ? { b: -b, c: columns.c + b * last, e: -e, f: columns.f + e * last }
    : { b, c: columns.c, e, f: columns.f };
  resampleBilinear(from, to, { a: columns.a, d: columns.d, ...rows }, 'edge');
}

/** Keras' matrix R(theta) T(tx, ty) S(shear) in (x, y), moved to the centre. */
function kerasMap(change: BaselineChange, centre: number): AffineMap {
  const theta = (change.rotationDegrees * Math.PI) / 180;
  const shear = (change.shearDegrees * Math.PI) / 180;
  const cos = Math.cos(theta);
  const sin = Math.sin(theta);
  const a = cos;
  const b = -cos * Math.sin(shear) - sin * Math.cos(shear);
  const d = sin;
  const e = -sin * Math.sin(shear) + cos * Math.cos(shear);
  const tx = cos * change.tx - sin * change.ty;
  const ty = sin * change.tx + cos * change.ty;
  return {
    a,
    b,
    c: tx + centre - a * centre - b * centre,
    d,
    e,
    f: ty + centre - d * centre - e * centre,
  };
}

/** source = M (out + t - centre) + centre */
function aboutCentre(
  m: { a: number; b: number; d: number; e: number; tx: number; ty: number },
  centre: number,
): AffineMap {
  const x = m.tx - centre;
  const y = m.ty - centre;
  return {
    a: m.a,
    b: m.b,
    c: m.a * x + m.b * y + centre,
    d: m.d,
    e: m.e,
    f: m.d * x + m.e * y + centre,
  };
}

/** The map into the image that was flipped first. */
function mirrored(map: AffineMap, size: number): AffineMap {
  return { ...map, a: -map.a, b: -map.b, c: size - 1 - map.c };
}

/**
 * Samples `from` at the mapped positions: bilinear, rounded to whole grey levels. Edge moves a position outside to
 * the nearest one inside; black counts pixels outside as 0.
 */
export function resampleBilinear(from: ImagePlace, to: ImagePlace, map: AffineMap, fill: Fill): void {
  const { size } = from;
  const last = size - 1;
  const edge = fill === 'edge';
  let out = to.offset;
  for (let y = 0; y < size; y++) {
    const rowX = map.b * y + map.c;
    const rowY = map.e * y + map.f;
    for (let x = 0; x < size; x++, out++) {
      const sx = hold(rowX + map.a * x, last, edge);
      const sy = hold(rowY + map.d * x, last, edge);
      to.pixels[out] = isInside(sx, sy, last) ? mixFour(from, sx, sy) : mixAtBorder(from, sx, sy);
    }
  }
}

/** With edge fill a position outside becomes the nearest inside. */
function hold(position: number, last: number, edge: boolean): number {
  return edge ? Math.max(0, Math.min(position, last)) : position;
}

function isInside(sx: number, sy: number, last: number): boolean {
  return sx >= 0 && sy >= 0 && sx <= last && sy <= last;
}

/** The weighted mean of the four pixels around a position inside the image. */
function mixFour(from: ImagePlace, sx: number, sy: number): number {
  const { pixels, size } = from;
  const x0 = sx | 0;
  const y0 = sy | 0;
  const fx = sx - x0;
  const fy = sy - y0;
  // At the last column or row itself the neighbour beyond has no weight.
  const right = x0 < size - 1 ? 1 : 0;
  const at = from.offset + y0 * size + x0;
  const below = y0 < size - 1 ? at + size : at;
  const top = (pixels[at] ?? 0) * (1 - fx) + (pixels[at + right] ?? 0) * fx;
  const bottom = (pixels[below] ?? 0) * (1 - fx) + (pixels[below + right] ?? 0) * fx;
  return (top * (1 - fy) + bottom * fy + 0.5) | 0;
}

/** The same where some or all of the four lie outside and count 0. */
function mixAtBorder(from: ImagePlace, sx: number, sy: number): number {
  const x0 = Math.floor(sx);
  const y0 = Math.floor(sy);
  const fx = sx - x0;
  const fy = sy - y0;
  const top = pixelOrBlack(from, x0, y0) * (1 - fx) + pixelOrBlack(from, x0 + 1, y0) * fx;
  const bottom = pixelOrBlack(from, x0, y0 + 1) * (1 - fx) + pixelOrBlack(from, x0 + 1, y0 + 1) * fx;
  return (top * (1 - fy) + bottom * fy + 0.5) | 0;
}

function pixelOrBlack(from: ImagePlace, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= from.size || y >= from.size) return 0;
  return from.pixels[from.offset + y * from.size + x] ?? 0;
}
