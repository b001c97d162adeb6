import { changeAsKeras, changeBilinear } from './bilinear.ts';
import type { ImagePlace } from './image.ts';
import { changeNearest } from './nearest.ts';
import {
  drawBaselineChange,
  drawOnlineChange,
  type OnlineAugmentation,
  randomForImage,
} from './parameters.ts';

export { changeAsKeras, changeBilinear } from './bilinear.ts';
export type { ImagePlace } from './image.ts';
export { changeNearest, type Fill } from './nearest.ts';
export {
  type BaselineChange,
  drawOnlineChange,
  type OnlineAugmentation,
  type OnlineChange,
  randomForImage,
} from './parameters.ts';

/** Makes the training copy of one image: `index` is its place in the data set, `epoch` counts from 1. */
export type Augment = (from: ImagePlace, to: ImagePlace, epoch: number, index: number) => void;

/** The online augmentation of the compact nets. */
export function createOnlineAugmentation(seed: number, ranges: OnlineAugmentation): Augment {
  const change = ranges.interpolation === 'nearest' ? changeNearest : changeBilinear;
  return (from, to, epoch, index) =>
    change(from, to, drawOnlineChange(randomForImage(seed, epoch, index), ranges, from.size), ranges.fill);
}

/** The augmentation of the paper's baseline. */
export function createBaselineAugmentation(seed: number): Augment {
  return (from, to, epoch, index) =>
    changeAsKeras(from, to, drawBaselineChange(randomForImage(seed, epoch, index), from.size));
}

/** Whether the baseline sees image `index` mirrored in this epoch, where flips are its only augmentation. */
export function isFlipped(seed: number, epoch: number, index: number): boolean {
  return randomForImage(seed, epoch, index).chance(0.5);
}
