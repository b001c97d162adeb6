import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { escapeControl, FermentError, messageOf, plural } from '../../kit/index.ts';
import { IMAGE_SIDE } from '../data/index.ts';
import { explainReadError } from '../data/read-error.ts';
import { type Decoded, decodeManyGray, readImageHeader } from '../images/index.ts';
import type { FaceFinder, NoFinder } from './face-finder.ts';
import { facesOf, type SeenFace } from './photo.ts';

/** A face of one of several files. */
export interface FileFace extends SeenFace {
  readonly file: string;
  /** Of another size than the model sees. */
  readonly isPhoto: boolean;
}

/**
 * The faces of all files. The detector is loaded when the first photograph comes. Throws DATA_DAMAGED for a file that
 * cannot be read, BAD_IMAGE with all that cannot be decoded.
 */
export async function lookAtFiles(
  files: readonly string[],
  open: () => Promise<FaceFinder | NoFinder>,
): Promise<{ readonly faces: readonly FileFace[]; readonly missing: string | undefined }> {
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
  const bad: string[] = [];
  const faces = files.flatMap((file): FileFace[] => {
    const seen = looked.get(file);
    if (seen?.ok === false) bad.push(`${escapeControl(file)}: ${seen.reason.split('\n')[0]}`);
    return seen?.ok === true ? seen.value.map((face) => ({ ...face, file, isPhoto: seen.isPhoto })) : [];
  });
  refuseBad(bad);
  return { faces, missing: typeof opened === 'object' ? opened.missing : undefined };
}

/** So many are named; the rest are counted. */
const MOST_NAMED = 20;

/** All at once. Also too large a picture is among them, and one of which a part is missing. */
function refuseBad(bad: readonly string[]): void {
  if (bad.length === 0) return;
  const more = bad.length - MOST_NAMED;
  const lines = [...bad.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new FermentError(
    'BAD_IMAGE',
    `Nothing is answered: ${plural(bad.length, 'file')} cannot be read as a picture:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    { hint: 'Leave out what is named here, or take other copies, then run the same command again.' },
  );
}

type Looked = Decoded<readonly SeenFace[]> & Pick<FileFace, 'isPhoto'>;

/** Of JPEG and PNG files by their first bytes, of others that a decoder knows by it; undefined for what is no image. */
async function sizeOf(
  bytes: Buffer,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  const header = readImageHeader(bytes);
  if (header !== undefined) return header;
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
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
