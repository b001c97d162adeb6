// From pixels to what the net reads. As src/fer/models/preprocessing.ts does it, without Ferment.

export const SIDE = 48;

/** RGBA bytes to gray, 0 to 255, by the weights of ITU-R BT.601. */
export function grayOf(rgba) {
  return Float32Array.from({ length: rgba.length / 4 }, (_, i) =>
    Math.round(0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]),
  );
}

/** Mean 0 and standard deviation 1; a deviation below 8 gray levels counts as 8. */
export function standardize(gray) {
  const mean = gray.reduce((sum, value) => sum + value, 0) / gray.length;
  const variance = gray.reduce((sum, value) => sum + (value - mean) ** 2, 0) / gray.length;
  const deviation = Math.max(Math.sqrt(variance), 8);
  return gray.map((value) => (value - mean) / deviation);
}

/** A square of a picture as 48 x 48 pixels: halved until the last step is less than a half, which keeps it from flickering. */
export function cutSquare(source, { x, y, side }) {
  let from = canvasOf(Math.max(SIDE, Math.round(side)));
  from.getContext('2d').drawImage(source, x, y, side, side, 0, 0, from.width, from.width);
  while (from.width > 2 * SIDE) from = resized(from, Math.ceil(from.width / 2));
  return from.width === SIDE ? from : resized(from, SIDE);
}

function resized(source, side) {
  const canvas = canvasOf(side);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, side, side);
  return canvas;
}

function canvasOf(side) {
  return Object.assign(document.createElement('canvas'), { width: side, height: side });
}
