/**
 * Below this standard deviation, in gray levels, an image shows nothing. FER2013's 13 blank images are below, its faces
 * above.
 */
const BLANK_DEVIATION = 2;

/** True for an image of (nearly) one gray level. */
export function isBlank(pixels: Uint8Array): boolean {
  return grayMoments(pixels).deviation < BLANK_DEVIATION;
}

/** Mean and (population) standard deviation of gray levels. */
export function grayMoments(pixels: Uint8Array): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)) };
}
