import { join } from 'node:path';
import { type Digest, digestOf, digestOfJson } from '../../kit/index.ts';
import { CLASSES } from '../params/index.ts';
import { badArray } from './npy/format.ts';
import { readNpy } from './npy/index.ts';
import { type ImageProvenance, PROVENANCE_FILE, readProvenance } from './provenance.ts';

/** Side of every image of the study, in pixels. */
export const IMAGE_SIDE = 48;
/** Pixels of one gray image. */
export const IMAGE_PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** One split in memory. */
export interface Dataset {
  /** Number of images, n. */
  readonly count: number;
  /** RGB, 0 to 255, `[n, 48, 48, 3]`, the three channels equal. */
  readonly images: Uint8Array;
  /** Index into CLASSES, `[n]`. */
  readonly labels: Uint8Array;
  /** One record per image, in the same order. */
  readonly provenance: readonly ImageProvenance[];
}

/**
 * Reads what stage `to-rgb` wrote: `images.npy`, `labels.npy` and `provenance.json` of one split.
 * Throws BAD_ARRAY or DATA_DAMAGED when a file is missing, damaged, or the three do not belong together.
 */
export function loadDataset(folder: string): Dataset {
  const images = readNpy(join(folder, 'images.npy'), {
    dtype: 'uint8',
    shape: [null, IMAGE_SIDE, IMAGE_SIDE, 3],
  });
  const count = images.shape[0] ?? 0;
  const labelsPath = join(folder, 'labels.npy');
  const labels = readNpy(labelsPath, { dtype: 'uint8', shape: [count] });
  const wrong = labels.data.findIndex((label) => label >= CLASSES.length);
  if (wrong >= 0)
    throw badArray(
      labelsPath,
      `labels from 0 to ${CLASSES.length - 1} were expected. Received: ${labels.data[wrong]} at ${wrong}`,
    );
  const provenance = readProvenance<ImageProvenance>(folder);
  if (provenance.length !== count)
    throw badArray(
      join(folder, 'images.npy'),
      `${PROVENANCE_FILE} beside it has ${provenance.length} images. Received: ${count}`,
    );
  return { count, images: images.data, labels: labels.data, provenance };
}

/** The digest of a split's images and labels. */
export function digestOfDataset({ images, labels }: Dataset): Digest {
  return digestOfJson([digestOf(images), digestOf(labels)]);
}
