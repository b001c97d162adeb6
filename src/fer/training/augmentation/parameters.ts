import { createRandom, type Random } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';

/** The ranges of the online augmentation, as params.yaml gives them. */
export type OnlineAugmentation = Params['training']['augmentation'];

/** What happens to one image in one epoch: flip, then rotation, then shear, zoom and shift. */
export interface OnlineChange {
  readonly flip: boolean;
  /** Counter-clockwise, about the centre. */
  readonly angleDegrees: number;
  /** Along x. */
  readonly shearDegrees: number;
  /** Whole pixels to the right and down. */
  readonly dx: number;
  readonly dy: number;
  /** How much wider and higher the picture becomes, about the centre. */
  readonly zoomX: number;
  readonly zoomY: number;
}

/** The change of the paper's baseline (a Keras generator): one affine map, sub-pixel shifts, then the flips. */
export interface BaselineChange {
  readonly rotationDegrees: number;
  /** Pixels, along x (columns) and y (rows). */
  readonly tx: number;
  readonly ty: number;
  readonly shearDegrees: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

/**
 * The stream of random numbers for one image in one epoch. It depends on nothing else, so that neither the order of
 * the images nor an interruption changes what an image becomes.
 */
export function randomForImage(seed: number, epoch: number, index: number): Random {
  return createRandom(seed, 'augmentation', epoch, index);
}

/** Draws a change in the order of the paper's pipeline. `size` is the side in pixels; shifts round to whole pixels. */
export function drawOnlineChange(random: Random, ranges: OnlineAugmentation, size: number): OnlineChange {
  const reach = ranges.translateFraction * size;
  const flip = random.chance(ranges.flipProbability);
  const angleDegrees = random.uniform(-ranges.rotationDegrees, ranges.rotationDegrees);
  const shearDegrees = random.uniform(-ranges.shearDegrees, ranges.shearDegrees);
  const dx = Math.round(random.uniform(-reach, reach));
  const dy = Math.round(random.uniform(-reach, reach));
  const scale = random.uniform(-ranges.logScale, ranges.logScale);
  const aspect = random.uniform(-ranges.logAspect, ranges.logAspect);
  const zoomX = Math.exp(scale + aspect / 2);
  const zoomY = Math.exp(scale - aspect / 2);
  return { flip, angleDegrees, shearDegrees, dx, dy, zoomX, zoomY };
}

/** Keras' `shear_range=0.2` is degrees, so nearly nothing: the paper meant a fifth, and got a five-hundredth. */
const BASELINE = { rotationDegrees: 5, shiftFraction: 0.2, shearDegrees: 0.2, flipProbability: 0.5 } as const;

/** Draws a change of the paper's baseline. */
export function drawBaselineChange(random: Random, size: number): BaselineChange {
  const reach = BASELINE.shiftFraction * size;
  return {
    rotationDegrees: random.uniform(-BASELINE.rotationDegrees, BASELINE.rotationDegrees),
    tx: random.uniform(-reach, reach),
    ty: random.uniform(-reach, reach),
    shearDegrees: random.uniform(-BASELINE.shearDegrees, BASELINE.shearDegrees),
    flipHorizontal: random.chance(BASELINE.flipProbability),
    flipVertical: random.chance(BASELINE.flipProbability),
  };
}
