import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, errnoOf, FermentError, someOf } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { countPerClass } from '../class-names.ts';
import type { RawImage } from '../splits.ts';
import { hasImageName, isSystemFile } from '../tree/index.ts';

/** So many folders are named; the rest are counted. */
const MAX_NAMED = 10;

/**
 * Lists the images of `data/raw`, train before test, by label, then by the bytes of their names. Throws DATA_LAYOUT
 * when a class has no image in a part.
 */
export function listRawImages(folder: string): readonly RawImage[] {
  const images = (['train', 'test'] as const).flatMap((part) =>
    CLASSES.flatMap((className, label) =>
      listFolder(join(folder, part, className)).map((name) => ({
        part,
        label,
        name,
        path: `${part}/${className}/${name}`,
      })),
    ),
  );
  requireEveryClass(images, folder);
  return images;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => hasImageName(name) && !isSystemFile(name))
      .sort(compareBytes);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** Some folders in quotes, so that a blank at an end is seen. */
export function nameFolders(folders: readonly string[]): string {
  return someOf(
    folders.map((folder) => `'${folder}'`),
    MAX_NAMED,
  );
}

/**
 * Throws DATA_LAYOUT unless both parts have images of all seven classes, naming those that lack them, and the folders
 * that may have been meant.
 */
export function requireEveryClass(
  images: readonly Pick<RawImage, 'part' | 'label'>[],
  sourceName: string,
  otherFolders: readonly string[] = [],
): void {
  const lacking = (['train', 'test'] as const).flatMap((part) => {
    const counts = countPerClass(images.filter((image) => image.part === part).map((image) => image.label));
    return CLASSES.filter((name) => counts[name] === 0).map((name) => `${part}/${name}`);
  });
  if (lacking.length === 0) return;
  const others = otherFolders.length === 0 ? '' : ` Other folders with images: ${nameFolders(otherFolders)}.`;
  throw new FermentError(
    'DATA_LAYOUT',
    `${sourceName} must hold images of all ${CLASSES.length} classes to train and to test. Received: none in ${lacking.join(', ')}.${others}`,
    { hint: 'docs/data.md shows the layouts and the names of the classes.' },
  );
}
