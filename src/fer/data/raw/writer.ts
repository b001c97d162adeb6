import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, prettyJson, writeFileAtomic } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { classOf, countPerClass, type PerClass } from '../class-names.ts';
import type { RawImage } from '../splits.ts';
import { explained } from '../write-error.ts';

/** Images of each class, by part. */
export interface RawCounts {
  readonly train: PerClass;
  readonly test: PerClass;
}

/** Fills `data/raw`. */
export interface RawWriter {
  readonly write: (image: Omit<RawImage, 'path'>, bytes: Uint8Array) => void;
  readonly counts: () => RawCounts;
  /** Writes `manifest.json` beside the images. */
  readonly finish: (manifest: unknown) => void;
}

/**
 * Empties `out` and makes its class folders. All its methods throw NO_SPACE, STORE_UNWRITABLE or DATA_LAYOUT (a name
 * too long) when the disk says no.
 */
export function createRawWriter(out: string): RawWriter {
  const labels = { train: [] as number[], test: [] as number[] };
  explained(out, () => {
    rmSync(out, { recursive: true, force: true });
    for (const part of ['train', 'test']) for (const name of CLASSES) makeFolder(join(out, part, name));
  });
  return {
    write: ({ part, label, name }, bytes) => {
      const path = join(out, part, classOf(label), name);
      explained(path, () => writeFileSync(path, bytes));
      labels[part].push(label);
    },
    counts: () => ({ train: countPerClass(labels.train), test: countPerClass(labels.test) }),
    finish: (manifest) => writeFileAtomic(join(out, 'manifest.json'), prettyJson(manifest)),
  };
}
