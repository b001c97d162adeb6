import { FermentError } from '../../../kit/index.ts';
import { isWithinShare } from '../schedule/share-of-epochs.ts';
import { changeAsKeras, changeBilinear } from './bilinear.ts';
import type { ImagePlace } from './image.ts';
import { changeNearest } from './nearest.ts';
import {
  drawBaselineChange,
  drawOnlineChange,
  type OnlineAugmentation,
  randomForImage,
} from './parameters.ts';
import { drawRetouch, type Retouch } from './retouch.ts';

export { changeAsKeras, changeBilinear } from './bilinear.ts';
export type { ImagePlace } from './image.ts';
export { createMixup, type Mix, type Mixup } from './mixup.ts';
export { changeNearest, type Fill } from './nearest.ts';
export {
  type BaselineChange,
  drawOnlineChange,
  type OnlineAugmentation,
  type OnlineChange,
  randomForImage,
} from './parameters.ts';
export { type Retouch, retouch } from './retouch.ts';

/**
 * Makes the training copy of one image: `index` is its place in the data set, `epoch` counts from 1. Gives what is
 * left to do after normalisation.
 */
export type Augment = (from: ImagePlace, to: ImagePlace, epoch: number, index: number) => Retouch | undefined;

/**
 * The online augmentation of the compact nets over a training of `epochs`. Throws BAD_PARAMS for a zoom without
 * bilinear interpolation.
 */
export function createOnlineAugmentation(seed: number, ranges: OnlineAugmentation, epochs: number): Augment {
  const { interpolation, logScale, logAspect, erasing, fill } = ranges;
  const isNearest = interpolation === 'nearest';
  if (isNearest && (logScale !== 0 || logAspect !== 0)) {
    throw new FermentError(
      'BAD_PARAMS',
      `training.augmentation.logScale and logAspect need interpolation: bilinear. Received: ${interpolation}.`,
    );
  }
  const change = isNearest ? changeNearest : changeBilinear;
  return (from, to, epoch, index) => {
    const random = randomForImage(seed, epoch, index);
    change(from, to, drawOnlineChange(random, ranges, from.size), fill);
    return drawRetouch(random, ranges, isWithinShare(epoch, erasing.until, epochs));
  };
}

/** The augmentation of the paper's baseline. */
export function createBaselineAugmentation(seed: number): Augment {
  return (from, to, epoch, index) => {
    changeAsKeras(from, to, drawBaselineChange(randomForImage(seed, epoch, index), from.size));
    return undefined;
  };
}

/** Whether the baseline sees image `index` mirrored in this epoch, where flips are its only augmentation. */
export function isFlipped(seed: number, epoch: number, index: number): boolean {
  return randomForImage(seed, epoch, index).chance(0.5);
}
