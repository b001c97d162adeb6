import { type Digest, digestOf, digestOfJson, FermentError } from '../../../kit/index.ts';
import { type Dataset, IMAGE_PIXELS, IMAGE_SIDE } from '../../data/index.ts';
import { type Preprocessing, preprocess } from '../../models/index.ts';
import { CLASSES } from '../../params/index.ts';
import type { SoftTargets } from '../../teaching/index.ts';
import { type Augment, retouch } from '../augmentation/index.ts';

/** Training images as one gray plane each: a third of the memory, and a third of the work of augmenting them. */
export interface GrayImages {
  readonly count: number;
  /** 0 to 255, `[n, 48, 48]` */
  readonly planes: Uint8Array;
  /** Index into CLASSES, `[n]` */
  readonly labels: Uint8Array;
  /** What other nets answer, `[n, 7]`, where they teach. */
  readonly taught?: SoftTargets | undefined;
}

/** Takes the images `indices` of a data set, and of its soft targets. Throws BAD_ARRAY when one of them has colour. */
export function takeGray(dataset: Dataset, indices: Uint32Array, taught?: SoftTargets): GrayImages {
  const planes = new Uint8Array(indices.length * IMAGE_PIXELS);
  for (const [i, index] of indices.entries()) {
    const start = 3 * IMAGE_PIXELS * index;
    const image = dataset.images.subarray(start, start + 3 * IMAGE_PIXELS);
    for (let p = 0; p < IMAGE_PIXELS; p++) {
      const gray = image[3 * p] ?? 0;
      if (image[3 * p + 1] !== gray || image[3 * p + 2] !== gray) throw coloured(index);
      planes[i * IMAGE_PIXELS + p] = gray;
    }
  }
  return {
    count: indices.length,
    planes,
    labels: labelsAt(dataset.labels, indices),
    taught: taught && rowsAt(taught, indices),
  };
}

function coloured(index: number): FermentError {
  return new FermentError(
    'BAD_ARRAY',
    `Training images must be gray, in three equal channels. Received: colour in image ${index}.`,
    { hint: 'Stage to-rgb writes such arrays: run it again.' },
  );
}

/** The digest of pixels, labels and soft targets. */
export function digestOfImages({ planes, labels, taught }: GrayImages): Digest {
  const digests = [digestOf(planes), digestOf(labels)];
  return digestOfJson(taught === undefined ? digests : [...digests, digestOf(bytesOf(taught))]);
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

export interface BatchOptions {
  readonly epoch: number;
  readonly indices: Uint32Array;
  /** Left out where images are taken as they are, at their own size. */
  readonly augment: Augment | undefined;
  readonly preprocessing: Preprocessing;
  /** Of the copies; 48 by default. */
  readonly side?: number;
  /** 1, or 3 by default. */
  readonly channels?: number;
}

/** The model's input for some images in one epoch: augmented, normalised, `[b, side, side, channels]`. */
export function makeBatch(images: GrayImages, options: BatchOptions): Float32Array {
  const { epoch, indices, augment, preprocessing, side = IMAGE_SIDE, channels = 3 } = options;
  const size = side * side;
  const planes = new Uint8Array(indices.length * size);
  const retouches = Array.from(indices, (index, i) => {
    const from = { pixels: images.planes, offset: index * IMAGE_PIXELS, size: IMAGE_SIDE };
    if (augment !== undefined)
      return augment(from, { pixels: planes, offset: i * size, size: side }, epoch, index);
    planes.set(from.pixels.subarray(from.offset, from.offset + IMAGE_PIXELS), i * size);
    return undefined;
  });
  const numbers = size * channels;
  const batch = preprocess(channels === 1 ? planes : inThreeChannels(planes), preprocessing, numbers);
  for (const [i, change] of retouches.entries())
    if (change !== undefined) retouch(batch.subarray(i * numbers, (i + 1) * numbers), side, change);
  return batch;
}

/** `[n, 48, 48]` to `[n, 48, 48, 3]` with equal channels. */
export function inThreeChannels(planes: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * planes.length);
  for (let i = 0, out = 0; i < planes.length; i++, out += 3) {
    const gray = planes[i] ?? 0;
    rgb[out] = gray;
    rgb[out + 1] = gray;
    rgb[out + 2] = gray;
  }
  return rgb;
}

/** The labels of some images. */
export function labelsAt(labels: Uint8Array, indices: Uint32Array): Uint8Array {
  return Uint8Array.from(indices, (i) => labels[i] ?? 0);
}

/** The rows of some images in an array with one row of classes for each. */
export function rowsAt(rows: Float32Array, indices: Uint32Array): Float32Array<ArrayBuffer> {
  const classes = CLASSES.length;
  const taken = new Float32Array(indices.length * classes);
  for (const [i, index] of indices.entries())
    taken.set(rows.subarray(index * classes, (index + 1) * classes), i * classes);
  return taken;
}
