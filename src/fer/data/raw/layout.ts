import { compareBytes, FermentError, plural } from '../../../kit/index.ts';
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
  /** Folders of the images outside of the layout: `train/joy`. */
  readonly otherFolders: readonly string[];
}

type Role = 'train' | 'validation' | 'test';

/** The words for the parts. */
const ROLES: ReadonlyMap<string, Role> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['test', 'test'],
  ['testing', 'test'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
]);

/** FER2013's prefix for validation. */
const PUBLIC_TEST = 'PublicTest_';

interface Found {
  /** The folder that holds the parts. */
  readonly root: string;
  readonly role: Role;
  readonly label: number;
  readonly file: TreeFile;
}

/**
 * Finds `train/<class>/*` and `test/<class>/*` (optionally `validation/<class>/*`) anywhere in a source, in any case.
 * System files, other files and images elsewhere are counted and left alone. Throws DATA_LAYOUT when two folders of
 * the source hold such a layout, or two images would get one name. No images at all is not an error here.
 */
export function findFolderLayout(files: readonly TreeFile[], sourceName: string): FolderLayout {
  const ignored = { system: 0, notAnImage: 0, outsideLayout: 0 };
  const found: Found[] = [];
  const others = new Set<string>();
  for (const file of files) {
    const at = locate(file);
    if (typeof at !== 'string') found.push(at);
    else {
      ignored[at]++;
      if (at === 'outsideLayout') others.add(file.path.split('/').slice(0, -1).join('/') || '.');
    }
  }
  const roots = [...new Set(found.map((image) => image.root))];
  if (roots.length > 1) throw severalRoots(sourceName, roots);
  const hasValidation = found.some((image) => image.role === 'validation');
  const images = found.map((image) => place(image, hasValidation));
  refuseCollisions(images, sourceName);
  return { images, ignored, otherFolders: [...others].sort(compareBytes) };
}

function locate(file: TreeFile): IgnoreReason | Found {
  if (isSystemFile(file.path)) return 'system';
  if (!hasImageName(file.path)) return 'notAnImage';
  const folders = file.path.split('/').slice(0, -1);
  const label = labelOfName(folders.pop() ?? '');
  const role = ROLES.get((folders.pop() ?? '').toLowerCase());
  if (label === undefined || role === undefined) return 'outsideLayout';
  return { root: folders.join('/'), role, label, file };
}

/**
 * A validation part becomes test files with FER2013's prefix for validation. Test files that have this prefix
 * themselves lose their claim to it then: pooled and split anew, they test and do not validate.
 */
function place({ role, label, file }: Found, hasValidation: boolean): PlacedImage {
  const name = file.path.split('/').at(-1) ?? '';
  if (role === 'train') return { part: 'train', label, name, file };
  const prefix = role === 'validation' ? PUBLIC_TEST : 'Test_';
  const named = role === 'test' && !(hasValidation && name.startsWith(PUBLIC_TEST));
  return { part: 'test', label, name: named ? name : prefix + name, file };
}

function refuseCollisions(images: readonly PlacedImage[], sourceName: string): void {
  const taken = new Map<string, string>();
  for (const { part, label, name, file } of images) {
    const target = `${part}/${label}/${name}`;
    const other = taken.get(target);
    if (other !== undefined) throw collision(sourceName, other, file.path);
    taken.set(target, file.path);
  }
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
export function noLayout(sourceName: string, files: readonly TreeFile[]): FermentError {
  const first = files.find((file) => !isSystemFile(file.path)) ?? files[0];
  const received =
    first === undefined
      ? 'no file'
      : `${plural(files.length, 'file')}, none of them so; the first is ${first.path}`;
  return new FermentError(
    'DATA_LAYOUT',
    `${sourceName} holds no data set in a known layout: train/<class>/*.jpg and test/<class>/*.jpg somewhere inside, or fer2013.csv, or icml_face_data.csv. Received: ${received}.`,
    {
      hint: `The classes are ${CLASSES.join(', ')}. Images are .jpg, .jpeg or .png. docs/data.md shows each layout.`,
    },
  );
}
