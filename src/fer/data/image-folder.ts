import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../kit/index.ts';
import { encodeGrayPng } from '../images/index.ts';
import { CLASSES, type ClassName } from '../params/index.ts';
import { classOf, countPerClass, type PerClass } from './class-names.ts';
import { IMAGE_SIDE } from './dataset.ts';
import { writeProvenance } from './provenance.ts';
import { explained } from './write-error.ts';

/** What the provenance of every new image says; inject and augment add their own fields. */
export interface NewImage {
  /** Path below the folder: `disgust/Augmented_x.png`. */
  readonly path: string;
  readonly class: ClassName;
}

/** Fills a folder of new images, `<class>/<name>.png` and `provenance.json`. */
export interface ImageFolderWriter {
  /** Adds one 48 x 48 gray image and its record. */
  readonly add: (
    label: number,
    name: string,
    pixels: Uint8Array,
    record: Readonly<Record<string, unknown>>,
  ) => void;
  /** Images so far. */
  readonly count: () => number;
  /** The same by class. */
  readonly classes: () => PerClass;
  readonly finish: () => void;
}

/** Empties `out` and opens a writer; throws NO_SPACE, STORE_UNWRITABLE or DATA_LAYOUT when the disk says no. */
export function createImageFolder(out: string): ImageFolderWriter {
  const records: NewImage[] = [];
  explained(out, () => {
    rmSync(out, { recursive: true, force: true });
    for (const name of CLASSES) makeFolder(join(out, name));
  });
  return {
    add: (label, name, pixels, record) => {
      const path = `${classOf(label)}/${name}`;
      const png = encodeGrayPng({ width: IMAGE_SIDE, height: IMAGE_SIDE, pixels });
      // `wx`: two images of one name would be a bug that loses one silently, as the paper's script did.
      explained(path, () => writeFileSync(join(out, path), png, { flag: 'wx' }));
      records.push({ path, class: classOf(label), ...record });
    },
    count: () => records.length,
    classes: () => countPerClass(records.map((record) => CLASSES.indexOf(record.class))),
    finish: () => writeProvenance(out, records),
  };
}
