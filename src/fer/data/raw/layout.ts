import { FermentError } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { labelOfName } from '../class-names.ts';
import { hasImageName, type IgnoreReason, isSystemFile, type TreeFile } from '../tree/index.ts';

/** One image of a source, and where it goes in `data/raw`. */
export interface PlacedImage {
  readonly part: 'train' | 'test';
  readonly label: number;
  readonly name: string;
  readonly file: TreeFile;
}

/** What a source's class folders hold. */
export interface FolderLayout {
  readonly images: readonly PlacedImage[];
  readonly ignored: Readonly<Record<IgnoreReason, number>>;
}

type Place = { readonly part: 'train' | 'test'; readonly prefix: string };

/** The words for the parts. A validation part becomes test files with FER2013's prefix for validation. */
const PARTS: ReadonlyMap<string, Place> = new Map([
  ['train', { part: 'train', prefix: '' }],
  ['training', { part: 'train', prefix: '' }],
  ['test', { part: 'test', prefix: '' }],
  ['testing', { part: 'test', prefix: '' }],
  ['validation', { part: 'test', prefix: 'PublicTest_' }],
  ['valid', { part: 'test', prefix: 'PublicTest_' }],
  ['val', { part: 'test', prefix: 'PublicTest_' }],
]);

/**
 * Finds `train/<class>/*` and `test/<class>/*` (optionally `validation/<class>/*`) anywhere in a source, in any case.
 * System files, other files and images elsewhere are counted and left alone. Throws DATA_LAYOUT when two folders of
 * the source hold such a layout, or two images would get one name. No images at all is not an error here.
 */
export function findFolderLayout(files: readonly TreeFile[], sourceName: string): FolderLayout {
  const ignored = { system: 0, notAnImage: 0, outsideLayout: 0 };
  const images: PlacedImage[] = [];
  const roots = new Set<string>();
  const taken = new Map<string, string>();
  for (const file of files) {
    const found = place(file);
    if (typeof found === 'string') {
      ignored[found]++;
      continue;
    }
    roots.add(found.root);
    images.push(found.image);
    const { part, label, name } = found.image;
    const target = `${part}/${label}/${name}`;
    const other = taken.get(target);
    if (other !== undefined && roots.size === 1) throw collision(sourceName, other, file.path);
    taken.set(target, file.path);
  }
  if (roots.size > 1) throw severalRoots(sourceName, [...roots]);
  return { images, ignored };
}

function place(file: TreeFile): IgnoreReason | { root: string; image: PlacedImage } {
  if (isSystemFile(file.path)) return 'system';
  if (!hasImageName(file.path)) return 'notAnImage';
  const folders = file.path.split('/');
  const name = folders.pop() ?? '';
  const label = labelOfName(folders.pop() ?? '');
  const where = PARTS.get((folders.pop() ?? '').toLowerCase());
  if (label === undefined || where === undefined) return 'outsideLayout';
  const { part, prefix } = where;
  return { root: folders.join('/'), image: { part, label, name: prefix + name, file } };
}

function collision(sourceName: string, first: string, second: string): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `Two images of ${sourceName} would get the same name: ${first} and ${second}.`,
    { hint: 'Rename one of them.' },
  );
}

function severalRoots(sourceName: string, roots: readonly string[]): FermentError {
  const list = roots.map((root) => `'${root === '' ? '.' : root}'`).join(', ');
  return new FermentError(
    'DATA_LAYOUT',
    `${sourceName} must hold one data set. Received: train/ or test/ with class folders in each of ${list}.`,
    { hint: 'Unpack it and name one of these folders: download.source=folder, download.path=FOLDER' },
  );
}

/** The error for a source in which no data set was found. */
export function noLayout(sourceName: string, filesSeen: number): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `${sourceName} holds no data set in a known layout: train/<class>/*.jpg and test/<class>/*.jpg somewhere inside, or fer2013.csv, or icml_face_data.csv. Received: ${filesSeen} files, none of them so.`,
    { hint: `The classes are ${CLASSES.join(', ')}. docs/data.md shows each layout.` },
  );
}
