import { augmentPixels } from '../../src/fer/data/augment-pixels.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../src/fer/index.ts';
import { createOnlineAugmentation } from '../../src/fer/training/augmentation/index.ts';

/** `offline`: what stage `augment` does to an image. `online`: what training does to it in every epoch. */
export type Kind = 'offline' | 'online';

/** As the study's offline augmentation has them, rounded to whole gray levels. */
const OFFLINE = {
  targets: {},
  rotationDegrees: 15,
  shiftFraction: 0.1,
  zoomFraction: 0.1,
  flipProbability: 0.5,
  stretchContrast: false,
} as const;

/** The paper's online augmentation. */
export const ONLINE = {
  flipProbability: 0.5,
  rotationDegrees: 5,
  shearDegrees: 10,
  translateFraction: 0.2,
  logScale: 0,
  logAspect: 0,
  interpolation: 'nearest',
  fill: 'black',
  logContrast: 0,
  brightness: 0,
  erasing: { probability: 0, minSide: 0.125, maxSide: 0.375, until: 1 },
} as const;

/** Changes all images `[n, 48, 48]` once; each pass draws others. */
export function changeAll(kind: Kind, images: Uint8Array, pass: number): Uint8Array {
  const count = images.length / IMAGE_PIXELS;
  const made = new Uint8Array(images.length);
  if (kind === 'offline') {
    for (let i = 0; i < count; i++) {
      const parent = images.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS);
      made.set(augmentPixels(parent, OFFLINE, 1, [i, pass]).pixels, i * IMAGE_PIXELS);
    }
    return made;
  }
  const augment = createOnlineAugmentation(1, ONLINE, 1);
  for (let i = 0; i < count; i++) {
    const place = { offset: i * IMAGE_PIXELS, size: IMAGE_SIDE };
    augment({ pixels: images, ...place }, { pixels: made, ...place }, pass, i);
  }
  return made;
}
