import { FermentError } from '../../../kit/index.ts';
import { IMAGE_SIDE } from '../../data/index.ts';
import type { CompactArchitecture, Params } from '../../params/index.ts';
import { isWithinShare } from './share-of-epochs.ts';

type ImageSizes = Params['train'][string]['imageSizes'];

/** The side of the training images in an epoch (from 1) of `epochs`. */
export function sideAt(sizes: ImageSizes, epochs: number, epoch: number): number {
  return sizes.find(({ until }) => isWithinShare(epoch, until, epochs))?.side ?? IMAGE_SIDE;
}

/**
 * Throws BAD_PARAMS where smaller images cannot be trained on: the map is flattened, the interpolation is nearest, or
 * the shares do not rise.
 */
export function checkImageSizes(
  sizes: ImageSizes,
  architecture: CompactArchitecture,
  interpolation: Params['training']['augmentation']['interpolation'],
): void {
  if (sizes.length === 0) return;
  const refuse = (expected: string, received: string): never => {
    throw new FermentError(
      'BAD_PARAMS',
      `imageSizes of this training needs ${expected}. Received: ${received}.`,
      { hint: 'Leave imageSizes out to train on images of 48 x 48 throughout.' },
    );
  };
  if (architecture === 'resnet') refuse('a net that takes any size: se-resnet or mobilenetv2', architecture);
  if (interpolation === 'nearest') refuse('training.augmentation.interpolation: bilinear', interpolation);
  const shares = sizes.map(({ until }) => until);
  if (shares.some((until, i) => i > 0 && until <= (shares[i - 1] ?? 0)))
    refuse('`until` to rise from one to the next', shares.join(', '));
}
