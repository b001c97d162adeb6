import { messageOf } from '../../kit/index.ts';
import { decodeGray } from './decode.ts';
import { type JpegParts, joinJpegs, splitJpeg } from './jpeg-strip.ts';
import { decodePlainPng, type GrayImage } from './png.ts';

/** A decoded image, or why it cannot be decoded. */
export type Decoded =
  | (GrayImage & { readonly ok: true; readonly colour: boolean })
  | { readonly ok: false; readonly reason: string };

/** Images in one strip: 48 x 48 images stay far below JPEG's 65,535 rows. */
const STRIP_IMAGES = 256;
const MAX_JPEG_ROWS = 65_500;

/**
 * Decodes many image files to gray, each with the result of decodeGray, several times faster for files of the
 * study's own kinds: gray baseline JPEGs of one size and the PNGs that Ferment writes. Never rejects for a bad
 * file: its entry says what is wrong.
 */
export async function decodeManyGray(files: readonly Buffer[]): Promise<readonly Decoded[]> {
  const results = new Array<Decoded | undefined>(files.length);
  const groups = new Map<string, { readonly index: number; readonly parts: JpegParts }[]>();
  files.forEach((bytes, index) => {
    const plain = decodePlainPng(bytes);
    if (plain !== undefined) {
      results[index] = { ...plain, ok: true, colour: false };
      return;
    }
    const parts = splitJpeg(bytes);
    if (parts === undefined) return;
    const group = groups.get(parts.key) ?? [];
    groups.set(parts.key, group);
    group.push({ index, parts });
  });
  for (const group of groups.values()) await decodeGroup(group, results);
  // What no fast way could read, damaged files of a strip included.
  return Promise.all(files.map(async (bytes, i) => results[i] ?? (await decodeOne(bytes))));
}

async function decodeGroup(
  group: readonly { readonly index: number; readonly parts: JpegParts }[],
  results: (Decoded | undefined)[],
): Promise<void> {
  const rows = group[0]?.parts.height ?? 1;
  const size = Math.max(1, Math.min(STRIP_IMAGES, Math.floor(MAX_JPEG_ROWS / rows)));
  for (let first = 0; first < group.length; first += size) {
    const members = group.slice(first, first + size);
    const pixels = await decodeStrip(members.map((member) => member.parts));
    if (pixels === undefined) continue;
    members.forEach(({ index, parts: { width, height } }, i) => {
      const area = width * height;
      const own = pixels.slice(i * area, (i + 1) * area);
      results[index] = { ok: true, width, height, pixels: own, colour: false };
    });
  }
}

/** The pixels of all, or undefined when one of them is damaged: decoding one by one then finds which. */
async function decodeStrip(parts: readonly JpegParts[]): Promise<Uint8Array | undefined> {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return undefined;
  try {
    const strip = await decodeGray(joinJpegs([first, ...rest]));
    const expected = first.width * first.height * parts.length;
    return strip.pixels.length === expected ? strip.pixels : undefined;
  } catch {
    return undefined;
  }
}

async function decodeOne(bytes: Buffer): Promise<Decoded> {
  try {
    return { ok: true, ...(await decodeGray(bytes)) };
  } catch (error) {
    return { ok: false, reason: messageOf(error).split('\n')[0] ?? 'unknown' };
  }
}
