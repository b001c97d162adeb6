import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FermentError, messageOf, writeFileAtomic } from '../../kit/index.ts';
import { type Dataset, digestOfDataset, readNpy, writeNpy } from '../data/index.ts';
import { CLASSES } from '../params/index.ts';

/** What other nets answer to each image of a packed split, `[n, 7]` in its order, rows that sum to 1. */
export type SoftTargets = Float32Array;

const FILES = { targets: 'targets.npy', about: 'targets.json' } as const;

/** Where soft targets come from, and for which images they are. */
interface About {
  /** Digest of the images and labels that were answered. */
  readonly images: string;
  readonly models: readonly string[];
  /** Looks at each image. */
  readonly views: number;
}

/** Writes soft targets into a folder, with what says for which images they are. */
export function writeSoftTargets(
  folder: string,
  targets: SoftTargets,
  { dataset, ...about }: Omit<About, 'images'> & { readonly dataset: Dataset },
): void {
  writeNpy(join(folder, FILES.targets), {
    dtype: 'float32',
    shape: [dataset.count, CLASSES.length],
    data: targets,
  });
  const whole: About = { images: digestOfDataset(dataset), ...about };
  writeFileAtomic(join(folder, FILES.about), `${JSON.stringify(whole, null, 2)}\n`);
}

/**
 * Reads the soft targets of a split. Throws DATA_DAMAGED when they are not of these very images, BAD_ARRAY for an array
 * of another shape.
 */
export function readSoftTargets(folder: string, dataset: Dataset): SoftTargets {
  const path = join(folder, FILES.about);
  const refuse = (problem: string, cause?: unknown): FermentError =>
    new FermentError('DATA_DAMAGED', `${path} is not of these training images: ${problem}.`, {
      hint: 'Run the stage teach again: npx ferment repro teach',
      cause,
    });
  let about: Partial<About>;
  try {
    about = JSON.parse(readFileSync(path, 'utf8')) as Partial<About>;
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  const images = digestOfDataset(dataset);
  if (about.images !== images) throw refuse(`their digest is ${images}. Received: ${about.images}`);
  return readNpy(join(folder, FILES.targets), {
    dtype: 'float32',
    shape: [dataset.count, CLASSES.length],
  }).data;
}
