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
  const theta = (change.rotationDegrees * Math.PI) / 180;
  const cos = Math.cos(theta);
  const sin = Math.sin(theta);
  const centre = (side - 1) / 2;
  // Rows of R T Z; the constant terms carry the shift and move the origin to the centre.
  const xx = cos * change.zoomX;
  const xy = -sin * change.zoomY;
  const x0 = cos * change.shiftX - sin * change.shiftY + centre - (xx + xy) * centre;
  const yx = sin * change.zoomX;
  const yy = cos * change.zoomY;
  const y0 = sin * change.shiftX + cos * change.shiftY + centre - (yx + yy) * centre;

  const out = new Float64Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = sampleBilinear(pixels, side, xx * column + xy * row + x0, yx * column + yy * row + y0);
      out[row * side + (change.flip ? side - 1 - column : column)] = value;
    }
  }
  return out;
}

/** The gray level at a place between pixels; places outside take the nearest edge. */
function sampleBilinear(pixels: Uint8Array, side: number, x: number, y: number): number {
  const cx = Math.min(side - 1, Math.max(0, x));
  const cy = Math.min(side - 1, Math.max(0, y));
  const left = Math.min(side - 2, Math.floor(cx));
  const top = Math.min(side - 2, Math.floor(cy));
  const fx = cx - left;
  const fy = cy - top;
  const at = top * side + left;
  const atLeft = (pixels[at] ?? 0) * (1 - fy) + (pixels[at + side] ?? 0) * fy;
  const atRight = (pixels[at + 1] ?? 0) * (1 - fy) + (pixels[at + side + 1] ?? 0) * fy;
  return atLeft * (1 - fx) + atRight * fx;
}

/** Gray levels rounded to bytes. */
export function roundToBytes(levels: Float64Array): Uint8Array {
  return Uint8Array.from(levels, (level) => Math.min(255, Math.max(0, Math.round(level))));
}

/** Gray levels stretched so that they span 0 to 255, then cut to bytes, as Keras' array_to_img(scale=True) does. */
export function stretchToBytes(levels: Float64Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const level of levels) {
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  const span = high - low;
  return Uint8Array.from(levels, (level) => (span === 0 ? 0 : Math.floor(((level - low) / span) * 255)));
}
