import { readFileSync } from 'node:fs';
import { messageOf } from '../../kit/index.ts';
import { IMAGE_SIDE } from '../data/index.ts';
import { explainReadError } from '../data/read-error.ts';
import { type Decoded, decodeManyGray, openImage, readImageHeader } from '../images/index.ts';
import type { FaceFinder, NoFinder } from './face-finder.ts';
import { facesOf, type SeenFace } from './photo.ts';

/** A face of one of several files. */
export interface FileFace extends SeenFace {
  readonly file: string;
  /** Of another size than the model sees. */
  readonly isPhoto: boolean;
}

/** A file that is no picture, is damaged or too large. */
export interface UnreadFile {
  readonly file: string;
  readonly reason: string;
}

/** What was seen in several files. */
export interface Look {
  readonly faces: readonly FileFace[];
  readonly unread: readonly UnreadFile[];
  /** Why no face was looked for, where that is so. */
  readonly missing: string | undefined;
}

/**
 * The faces of all files that can be decoded. The detector is loaded when the first photograph comes. Throws
 * DATA_DAMAGED or UNREADABLE for a file of which the bytes cannot be had.
 */
export async function lookAtFiles(
  files: readonly string[],
  open: () => Promise<FaceFinder | NoFinder>,
): Promise<Look> {
  const looked = new Map<string, Looked>();
  const small: { readonly file: string; readonly bytes: Buffer }[] = [];
  let opened: FaceFinder | NoFinder | undefined;
  for (const file of files) {
    const bytes = readFile(file);
    const size = await sizeOf(bytes);
    if (size?.width === IMAGE_SIDE && size.height === IMAGE_SIDE) {
      small.push({ file, bytes });
      continue;
    }
    opened ??= await open();
    looked.set(file, await lookAtPhoto(bytes, typeof opened === 'function' ? opened : undefined));
  }
  const decoded = await decodeManyGray(
    small.map(({ bytes }) => bytes),
    ({ pixels }): readonly SeenFace[] => [{ pixels, square: undefined }],
  );
  for (const [i, { file }] of small.entries()) {
    const image = decoded[i];
    if (image !== undefined) looked.set(file, { ...image, isPhoto: false });
  }
  const unread: UnreadFile[] = [];
  const faces = files.flatMap((file): FileFace[] => {
    const seen = looked.get(file);
    if (seen?.ok === false) unread.push({ file, reason: seen.reason.split('\n')[0] ?? '' });
    return seen?.ok === true ? seen.value.map((face) => ({ ...face, file, isPhoto: seen.isPhoto })) : [];
  });
  return { faces, unread, missing: typeof opened === 'object' ? opened.missing : undefined };
}

type Looked = Decoded<readonly SeenFace[]> & Pick<FileFace, 'isPhoto'>;

/** Of JPEG and PNG files by their first bytes, of others that a decoder knows by it; undefined for what is no image. */
async function sizeOf(
  bytes: Buffer,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  const header = readImageHeader(bytes);
  if (header !== undefined) return header;
  try {
    return await openImage(bytes, { limitInputPixels: false }).metadata();
  } catch {
    return undefined; // who decodes it says what is wrong
  }
}

async function lookAtPhoto(bytes: Buffer, finder: FaceFinder | undefined): Promise<Looked> {
  try {
    return { ok: true, value: await facesOf(bytes, finder), isPhoto: true };
  } catch (error) {
    return { ok: false, reason: messageOf(error), isPhoto: true };
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}
