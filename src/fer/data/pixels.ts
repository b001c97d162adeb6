import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  centreSquare,
  crop,
  decodeManyGray,
  type GrayImage,
  readImageHeader,
  resizeGray,
} from '../images/index.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from './dataset.ts';
import type { DataReporting } from './progress.ts';
import { type BadImage, refuseBadImages } from './raw/index.ts';
import { explainReadError } from './read-error.ts';

/** Decoded images of the study's size. */
export interface LoadedPixels {
  /** Gray, `[n, 48 * 48]`. */
  readonly pixels: Uint8Array;
  /**
   * What each file's pixels have been through: its format, then `gray` and `resize WxH to 48x48` where that was needed.
   */
  readonly encodings: readonly (readonly string[])[];
  /** Images that had colour, or another size, and were converted. */
  readonly converted: { readonly colour: number; readonly resized: number };
}

/** Files in memory at once, and their size. */
const BATCH_FILES = 1024;
const BATCH_BYTES = 64 * 2 ** 20;

/**
 * Decodes image files below `folder` (`''` for paths that stand alone) to gray 48 x 48; others are turned gray
 * (BT.601), cut to their middle square and resized, and counted. Throws BAD_IMAGE with all files (at most 20 by name)
 * that cannot be decoded.
 */
export async function loadPixels(
  folder: string,
  paths: readonly string[],
  { onProgress, text }: DataReporting & { readonly text?: string } = {},
): Promise<LoadedPixels> {
  const loading: Loading = {
    pixels: new Uint8Array(paths.length * IMAGE_PIXELS),
    encodings: [],
    converted: { colour: 0, resized: 0 },
    bad: [],
  };
  for (let done = 0; done < paths.length; ) {
    const files = readBatch(folder, paths.slice(done, done + BATCH_FILES));
    await loadBatch(files, loading);
    done += files.length;
    onProgress?.({ done, total: paths.length, unit: 'image', text: text ?? 'decoding' });
  }
  refuseBadImages(loading.bad, folder === '' ? 'The list' : folder);
  return loading;
}

interface Loading {
  readonly pixels: Uint8Array;
  /** One for each image so far. */
  readonly encodings: (readonly string[])[];
  readonly converted: { colour: number; resized: number };
  readonly bad: BadImage[];
}

interface ImageFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The first of the files, as many as memory should hold at once; at least one. */
function readBatch(folder: string, paths: readonly string[]): readonly ImageFile[] {
  const files: ImageFile[] = [];
  let sizeBytes = 0;
  for (const path of paths) {
    const bytes = readImageFile(join(folder, path));
    files.push({ path, bytes });
    sizeBytes += bytes.length;
    if (sizeBytes > BATCH_BYTES) break;
  }
  return files;
}

async function loadBatch(files: readonly ImageFile[], loading: Loading): Promise<void> {
  const decoded = await decodeManyGray(
    files.map((file) => file.bytes),
    async ({ width, height, colour, ...image }) => ({
      width,
      height,
      colour,
      pixels: (await toStudySize({ width, height, ...image })).pixels,
    }),
  );
  for (const [i, { path, bytes }] of files.entries()) {
    const image = decoded[i] ?? { ok: false, reason: 'unknown' };
    const index = loading.encodings.length;
    if (!image.ok) {
      loading.encodings.push([]);
      loading.bad.push({ path, reason: image.reason });
      continue;
    }
    const { width, height, colour, pixels } = image.value;
    loading.encodings.push(encodingSteps(readImageHeader(bytes)?.format ?? 'unknown', image.value));
    loading.pixels.set(pixels, index * IMAGE_PIXELS);
    if (colour) loading.converted.colour++;
    if (width !== IMAGE_SIDE || height !== IMAGE_SIDE) loading.converted.resized++;
  }
}

function readImageFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}

/** The middle square at 48 x 48. */
async function toStudySize(image: GrayImage): Promise<GrayImage> {
  if (image.width === IMAGE_SIDE && image.height === IMAGE_SIDE) return image;
  return resizeGray(crop(image, centreSquare(image)), IMAGE_SIDE);
}

/** The words for what makes an image gray 48 x 48. */
export function encodingSteps(
  format: string,
  { width, height, colour }: { readonly width: number; readonly height: number; readonly colour: boolean },
): readonly string[] {
  const resized = width !== IMAGE_SIDE || height !== IMAGE_SIDE;
  return [
    format,
    ...(colour ? ['gray'] : []),
    ...(resized ? [`resize ${width}x${height} to ${IMAGE_SIDE}x${IMAGE_SIDE}`] : []),
  ];
}

/** One image's pixels, a view. */
export function pixelsAt(all: Uint8Array, index: number): Uint8Array {
  return all.subarray(index * IMAGE_PIXELS, (index + 1) * IMAGE_PIXELS);
}

/** A key that is equal for equal pixels and for no others: their SHA-256, in a short form. */
export function pixelKey(pixels: Uint8Array): string {
  return createHash('sha256').update(pixels).digest('base64');
}

/** The keys of all images. */
export function pixelKeys(all: Uint8Array): readonly string[] {
  return Array.from({ length: all.length / IMAGE_PIXELS }, (_, i) => pixelKey(pixelsAt(all, i)));
}
