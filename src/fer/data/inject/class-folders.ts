import { FermentError } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { labelOfName } from '../class-names.ts';
import { type FileTree, isSystemFile, type TreeFile } from '../tree/index.ts';
import { type CandidateSource, candidateSource, fileCandidate } from './candidate.ts';

/** Formats that are decoded; the second source may be of any. */
const IMAGE_NAME = /\.(jpe?g|png|webp|tiff?|gif|avif|bmp)$/i;

/** True for files that may be candidates. */
export function isCandidateFile(file: TreeFile): boolean {
  return IMAGE_NAME.test(file.path) && !isSystemFile(file.path);
}

/**
 * Candidates from class folders anywhere in a tree: an image belongs to the nearest folder above it that names a
 * class. Throws DATA_LAYOUT when there is none.
 */
export function findClassFolders(
  tree: FileTree,
  labelOf: (folder: string) => number | undefined = labelOfName,
): CandidateSource {
  const skipped = { notAnImage: 0, otherClass: 0 };
  const candidates = tree.files.flatMap((file) => {
    if (isSystemFile(file.path)) return [];
    if (!isCandidateFile(file)) {
      skipped.notAnImage++;
      return [];
    }
    const folders = file.path.split('/').slice(0, -1);
    const label = folders
      .reverse()
      .map(labelOf)
      .find((found) => found !== undefined);
    if (label === undefined) {
      skipped.otherClass++;
      return [];
    }
    return [fileCandidate(file, label)];
  });
  if (candidates.length === 0) {
    throw new FermentError(
      'DATA_LAYOUT',
      `${tree.name} must hold folders named after classes, with images in them. Received: ${tree.files.length} files, none in such a folder.`,
      { hint: `The classes are ${CLASSES.join(', ')}. docs/data.md shows each layout.` },
    );
  }
  return candidateSource(candidates, skipped, tree.close);
}
