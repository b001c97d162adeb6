import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, errnoOf, FermentError, isFolder } from '../../kit/index.ts';
import { hasImageName, isSystemFile, labelOfName, loadDataset, loadPixels, toRgb } from '../data/index.ts';
import { explainReadError } from '../data/read-error.ts';
import { CLASSES } from '../params/index.ts';

/** Images with what they show. */
export interface LabelledImages {
  /** RGB, 0 to 255, `[n, 48, 48, 3]`. */
  readonly images: Uint8Array;
  /** Index into CLASSES, `[n]`. */
  readonly labels: Uint8Array;
  /** What of the folder is none of them: `joy`, `happy/list.txt`. Hidden files are not told. */
  readonly passedOver: readonly string[];
}

/**
 * Reads a packed split (`images.npy`, `labels.npy`), or a folder with one folder of JPEG or PNG files for each class,
 * by label and then by the bytes of the names. Other sizes and colour become gray 48 x 48, as in stage `to-rgb`.
 * Throws DATA_MISSING or DATA_LAYOUT when the folder is neither, BAD_IMAGE with all files that cannot be decoded.
 */
export async function loadLabelledImages(folder: string): Promise<LabelledImages> {
  if (existsSync(join(folder, 'images.npy'))) return { ...loadDataset(folder), passedOver: [] };
  const { files, passedOver } = listLabelled(folder);
  const { pixels } = await loadPixels(
    folder,
    files.map(({ path }) => path),
  );
  return { images: toRgb(pixels), labels: Uint8Array.from(files, ({ label }) => label), passedOver };
}

interface LabelledFile {
  readonly label: number;
  readonly path: string;
}

interface Listing extends Pick<LabelledImages, 'passedOver'> {
  readonly files: readonly LabelledFile[];
}

function listLabelled(folder: string): Listing {
  const names = list(folder).sort(compareBytes);
  const parts = names.filter((name) => !isSystemFile(name)).map((name) => listClass(folder, name));
  const files = parts.flatMap((part) => part.files);
  const passedOver = parts.flatMap((part) => part.passedOver);
  if (files.length > 0) return { files: files.sort((a, b) => a.label - b.label), passedOver };
  throw new FermentError(
    'DATA_LAYOUT',
    `${folder} should hold images.npy and labels.npy, or a folder of images for each class. Received: ${isFolder(folder) ? describe(names) : 'a file'}.`,
    {
      hint: `The classes are ${CLASSES.join(', ')}. Of a data set with train/ and test/, name one of these.`,
    },
  );
}

function listClass(folder: string, name: string): Listing {
  const label = labelOfName(name);
  if (label === undefined || !isFolder(join(folder, name))) return { files: [], passedOver: [name] };
  const own = list(join(folder, name)).filter((file) => !isSystemFile(file));
  const paths = own.sort(compareBytes).map((file) => join(name, file));
  return {
    files: paths.filter(hasImageName).map((path) => ({ label, path })),
    passedOver: paths.filter((path) => !hasImageName(path)),
  };
}

function describe(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length === 0 ? 'an empty folder' : `${shown}${names.length > 5 ? ', …' : ''}`;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return [];
    if (errnoOf(error) !== 'ENOENT') throw explainReadError(error, folder);
    throw new FermentError('DATA_MISSING', `The folder of images does not exist: ${folder}`, {
      cause: error,
    });
  }
}
