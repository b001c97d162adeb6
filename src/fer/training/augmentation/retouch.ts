import type { Random } from '../../../kit/index.ts';
import type { OnlineAugmentation } from './parameters.ts';

/** What happens to one image after normalisation. */
export interface Retouch {
  /** A factor. */
  readonly contrast: number;
  /** Added afterwards. */
  readonly brightness: number;
  /** What is erased, in shares of the side from the left and upper edge. */
  readonly box?: Box;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a retouch, or none where its ranges are all 0. `erases`: whether boxes are erased in this epoch. */
export function drawRetouch(
  random: Random,
  { logContrast, brightness, erasing }: OnlineAugmentation,
  erases: boolean,
): Retouch | undefined {
  if (logContrast === 0 && brightness === 0 && erasing.probability === 0) return undefined;
  const tone = {
    contrast: Math.exp(random.uniform(-logContrast, logContrast)),
    brightness: random.uniform(-brightness, brightness),
  };
  const isErased = random.chance(erasing.probability) && erases;
  return isErased ? { ...tone, box: drawBox(random, erasing.minSide, erasing.maxSide) } : tone;
}

function drawBox(random: Random, minSide: number, maxSide: number): Box {
  const width = random.uniform(minSide, maxSide);
  const height = random.uniform(minSide, maxSide);
  return { width, height, left: random.uniform(0, 1 - width), top: random.uniform(0, 1 - height) };
}

/**
 * Retouches one normalised square image `[side, side, channels]` in place. The erased box becomes 0: the mean gray of
 * a standardized image, the middle one of a centered image.
 */
export function retouch(image: Float32Array, side: number, change: Retouch): void {
  const { contrast, brightness, box } = change;
  for (let i = 0; i < image.length; i++) image[i] = (image[i] ?? 0) * contrast + brightness;
  if (box === undefined) return;
  const channels = image.length / (side * side);
  const [left, top] = [Math.round(box.left * side), Math.round(box.top * side)];
  const [right, bottom] = [left + Math.round(box.width * side), top + Math.round(box.height * side)];
  for (let y = top; y < Math.min(bottom, side); y++)
    image.fill(0, (y * side + left) * channels, (y * side + Math.min(right, side)) * channels);
}
