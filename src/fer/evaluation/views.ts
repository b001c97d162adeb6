import { IMAGE_PIXELS, IMAGE_SIDE } from '../data/index.ts';
import { toGray } from '../models/index.ts';
import type { Params } from '../params/index.ts';
import { changeBilinear } from '../training/augmentation/index.ts';
import { inThreeChannels } from '../training/learners/gray-images.ts';

/** One way to look at an image. */
export interface View {
  readonly flip: boolean;
  /** How much larger the picture becomes, about the centre. */
  readonly scale: number;
  /** Whole pixels to the right and down. */
  readonly dx: number;
  readonly dy: number;
}

export type ViewSet = Params['evaluate']['viewSets'][string];

/** The image as it is. */
export const ONE_VIEW: View = { flip: false, scale: 1, dx: 0, dy: 0 };

/**
 * All combinations of a set's flips, scales and shifts (none, left, right, up, down); the image as it is comes first.
 */
export function viewsOf({ flip = false, scales = [1], shiftPixels = 0 }: ViewSet): View[] {
  const s = shiftPixels;
  const shifts =
    s === 0
      ? [[0, 0]]
      : [
          [0, 0],
          [-s, 0],
          [s, 0],
          [0, -s],
          [0, s],
        ];
  const all = [false, true].flatMap((flipped) =>
    scales.flatMap((scale) => shifts.map(([dx = 0, dy = 0]): View => ({ flip: flipped, scale, dx, dy }))),
  );
  const wanted = flip ? all : all.filter((view) => !view.flip);
  return [...wanted].sort((a, b) => Number(isPlain(b)) - Number(isPlain(a)));
}

/** RGB images `[n, 48, 48, 3]` as a view shows them, gray, borders repeated; as they are for the plain view. */
export function lookAt(images: Uint8Array, view: View): Uint8Array {
  if (isPlain(view)) return images;
  const { flip, scale, dx, dy } = view;
  const change = { flip, angleDegrees: 0, shearDegrees: 0, dx, dy, zoomX: scale, zoomY: scale };
  const planes = toGray(images);
  const seen = new Uint8Array(planes.length);
  for (let offset = 0; offset < planes.length; offset += IMAGE_PIXELS) {
    const at = { offset, size: IMAGE_SIDE };
    changeBilinear({ pixels: planes, ...at }, { pixels: seen, ...at }, change, 'edge');
  }
  return inThreeChannels(seen);
}

/** Gives the probabilities `[n, classes]` of one view of some images; each view is answered once. */
export function viewAnswers(
  images: Uint8Array,
  answer: (images: Uint8Array) => Float32Array,
): (view: View) => Float32Array {
  const known = new Map<string, Float32Array>();
  return (view) => {
    const key = nameOf(view);
    const probabilities = known.get(key) ?? answer(lookAt(images, view));
    known.set(key, probabilities);
    return probabilities;
  };
}

/** The mean of the probabilities of several views. */
export function meanOf(all: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(all[0]?.length ?? 0);
  for (const probabilities of all)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (probabilities[i] ?? 0);
  return Float32Array.from(sum, (total) => total / all.length);
}

/** How many different views there are in some sets. */
export function countViews(sets: readonly (readonly View[])[]): number {
  return new Set(sets.flat().map(nameOf)).size;
}

function nameOf({ flip, scale, dx, dy }: View): string {
  return [flip, scale, dx, dy].join(' ');
}

function isPlain(view: View): boolean {
  return nameOf(view) === nameOf(ONE_VIEW);
}
