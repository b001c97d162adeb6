/** One offline change of an image, in pixels and degrees; x is the column, y the row. */
export interface OfflineChange {
  readonly rotationDegrees: number;
  /** Shift along the columns and along the rows. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Above 1 the image shrinks: the output reads further out. */
  readonly zoomX: number;
  readonly zoomY: number;
  /** Left and right swapped, after all the rest. */
  readonly flip: boolean;
}

/**
 * The offline augmentation of the paper (Keras' ImageDataGenerator): one combined affine map about the centre of a
 * square gray image, bilinear, edges replicated, then the flip. Source position = R(theta) T(shift) Z(zoom) (out - c)
 * + c with c = (side - 1) / 2. Gives unrounded gray levels, float64 `[side * side]`.
 */
export function applyOfflineChange(pixels: Uint8Array, side: number, change: OfflineChange): Float64Array {
  const { xx, xy, x0, yx, yy, y0 } = sourceMap(change, (side - 1) / 2);
  const levels = new Float64Array(side * side);
  const [first, step] = change.flip ? [side - 1, -1] : [0, 1];
  for (let row = 0; row < side; row++) {
    // Hoisted without another order of the sums: the levels stay the same to the last bit.
    const xInRow = xy * row;
    const yInRow = yy * row;
    let at = row * side + first;
    for (let column = 0; column < side; column++, at += step)
      levels[at] = levelAt(pixels, side, xx * column + xInRow + x0, yx * column + yInRow + y0);
  }
  return levels;
}

/** The same, rounded to bytes, halves up; in one pass, for most images are made so. */
export function applyOfflineChangeRounded(
  pixels: Uint8Array,
  side: number,
  change: OfflineChange,
): Uint8Array {
  const { xx, xy, x0, yx, yy, y0 } = sourceMap(change, (side - 1) / 2);
  const bytes = new Uint8Array(side * side);
  const [first, step] = change.flip ? [side - 1, -1] : [0, 1];
  for (let row = 0; row < side; row++) {
    const xInRow = xy * row;
    const yInRow = yy * row;
    let at = row * side + first;
    for (let column = 0; column < side; column++, at += step)
      bytes[at] = rounded(levelAt(pixels, side, xx * column + xInRow + x0, yx * column + yInRow + y0));
  }
  return bytes;
}

/** The gray level at a place between pixels; places outside take the nearest edge. */
function levelAt(pixels: Uint8Array, side: number, anyX: number, anyY: number): number {
  const last = side - 1;
  const x = hold(anyX, last);
  const y = hold(anyY, last);
  // On the last column or row the cell before it is taken, with the whole weight on its far side.
  const left = x < last ? x | 0 : last - 1;
  const top = y < last ? y | 0 : last - 1;
  const fx = x - left;
  const fy = y - top;
  const at = top * side + left;
  const atLeft = (pixels[at] ?? 0) * (1 - fy) + (pixels[at + side] ?? 0) * fy;
  const atRight = (pixels[at + 1] ?? 0) * (1 - fy) + (pixels[at + side + 1] ?? 0) * fy;
  return atLeft * (1 - fx) + atRight * fx;
}

/** Source of output pixel (x, y): (xx x + xy y + x0, yx x + yy y + y0). */
interface SourceMap {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

function sourceMap(change: OfflineChange, centre: number): SourceMap {
  const theta = (change.rotationDegrees * Math.PI) / 180;
  const cos = Math.cos(theta);
  const sin = Math.sin(theta);
  // Rows of R T Z; the constant terms carry the shift and move the origin to the centre.
  const xx = cos * change.zoomX;
  const xy = -sin * change.zoomY;
  const x0 = cos * change.shiftX - sin * change.shiftY + centre - (xx + xy) * centre;
  const yx = sin * change.zoomX;
  const yy = cos * change.zoomY;
  const y0 = sin * change.shiftX + cos * change.shiftY + centre - (yx + yy) * centre;
  return { xx, xy, x0, yx, yy, y0 };
}

/** What lies outside 0 to `last` takes the nearer end. */
function hold(value: number, last: number): number {
  if (value < 0) return 0;
  if (value > last) return last;
  return value;
}

/** Math.round of a level from 0 to 255, but without its branch, which no processor can foresee. */
function rounded(level: number): number {
  const whole = level | 0;
  return whole + ((2 * (level - whole)) | 0);
}

/** Gray levels stretched so that they span 0 to 255, then cut to bytes, as Keras' array_to_img(scale=True) does. */
export function stretchToBytes(levels: Float64Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] ?? 0;
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  const span = high - low;
  const bytes = new Uint8Array(levels.length);
  if (span === 0) return bytes;
  for (let i = 0; i < levels.length; i++) bytes[i] = Math.floor((((levels[i] ?? 0) - low) / span) * 255);
  return bytes;
}
