import { createRandom } from '../../kit/index.ts';
import {
  applyOfflineChange,
  applyOfflineChangeRounded,
  type OfflineChange,
  stretchToBytes,
} from '../images/index.ts';
import type { Params } from '../params/index.ts';
import { IMAGE_SIDE } from './dataset.ts';

/** One new image: its change, which depends on seed and labels alone, and what becomes of the pixels `[48, 48]`. */
export function augmentPixels(
  pixels: Uint8Array,
  augment: Params['augment'],
  seed: number,
  labels: readonly (string | number)[],
): { readonly change: OfflineChange; readonly pixels: Uint8Array } {
  const change = sampleChange(augment, seed, labels);
  const made = augment.stretchContrast
    ? stretchToBytes(applyOfflineChange(pixels, IMAGE_SIDE, change))
    : applyOfflineChangeRounded(pixels, IMAGE_SIDE, change);
  return { change, pixels: made };
}

/** Draws one change in the ranges of the parameters; shifts in pixels of the study's images. */
function sampleChange(
  augment: Params['augment'],
  seed: number,
  labels: readonly (string | number)[],
): OfflineChange {
  const random = createRandom(seed, 'augment', ...labels);
  const within = (range: number): number => random.uniform(-range, range);
  return {
    rotationDegrees: within(augment.rotationDegrees),
    shiftX: within(augment.shiftFraction) * IMAGE_SIDE,
    shiftY: within(augment.shiftFraction) * IMAGE_SIDE,
    zoomX: 1 + within(augment.zoomFraction),
    zoomY: 1 + within(augment.zoomFraction),
    flip: random.chance(augment.flipProbability),
  };
}
