import { augmentPixels } from '../../src/fer/data/augment-pixels.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../src/fer/index.ts';
import { type Params, paramsSchema } from '../../src/fer/params/index.ts';
import { createOnlineAugmentation } from '../../src/fer/training/augmentation/index.ts';
import { fillDefaults } from '../../src/runner/schema/defaults.ts';

/** `offline`: what stage `augment` does to an image. `online`: what training does to it in every epoch. */
export type Kind = 'offline' | 'online';

/** The paper's values are the defaults of the schema. */
const { augment, training } = fillDefaults(paramsSchema, {}) as Params;

/** The paper's online augmentation. */
export const ONLINE = training.augmentation;

/** Changes all images `[n, 48, 48]` once; each pass draws others. */
export function changeAll(kind: Kind, images: Uint8Array, pass: number): Uint8Array {
  const count = images.length / IMAGE_PIXELS;
  const made = new Uint8Array(images.length);
  if (kind === 'offline') {
    for (let i = 0; i < count; i++) {
      const parent = images.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS);
      made.set(augmentPixels(parent, augment, 1, [i, pass]).pixels, i * IMAGE_PIXELS);
    }
    return made;
  }
  const change = createOnlineAugmentation(1, ONLINE, 1);
  for (let i = 0; i < count; i++) {
    const place = { offset: i * IMAGE_PIXELS, size: IMAGE_SIDE };
    change({ pixels: images, ...place }, { pixels: made, ...place }, pass, i);
  }
  return made;
}
