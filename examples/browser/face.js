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

/**
 * A square of a picture as 48 x 48 pixels: halved until the last step is less than a half, which keeps it from
 * flickering. What lies outside of the picture repeats its border, as in `fer predict`.
 */
export function cutSquare({ source, width, height }, { x, y, side }) {
  let from = canvasOf(Math.max(SIDE, Math.round(side)));
  const context = from.getContext('2d');
  const scale = from.width / side;
  // The part of the square that is in the picture, and where that is in the square.
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [wide, high] = [Math.min(width, x + side) - left, Math.min(height, y + side) - top];
  const within = [left - x, top - y, wide, high].map((pixels) => Math.round(pixels * scale));
  context.drawImage(source, left, top, wide, high, ...within);
  repeatBorder(context, within, from.width);
  while (from.width > 2 * SIDE) from = resized(from, Math.ceil(from.width / 2));
  return from.width === SIDE ? from : resized(from, SIDE);
}

/** Fills a square canvas from the outermost columns, and then rows, of the part that is drawn. */
function repeatBorder(context, [left, top, width, height], side) {
  const { canvas } = context;
  context.imageSmoothingEnabled = false;
  const [right, bottom] = [left + width, top + height];
  if (left > 0) context.drawImage(canvas, left, top, 1, height, 0, top, left, height);
  if (right < side) context.drawImage(canvas, right - 1, top, 1, height, right, top, side - right, height);
  if (top > 0) context.drawImage(canvas, 0, top, side, 1, 0, 0, side, top);
  if (bottom < side) context.drawImage(canvas, 0, bottom - 1, side, 1, 0, bottom, side, side - bottom);
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
