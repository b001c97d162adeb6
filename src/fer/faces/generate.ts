import { FermentError } from '../../kit/index.ts';
import { CLASSES } from '../params/index.ts';
import type { FaceParameters, FaceStyle } from './parameters.ts';
import { rasterize, TILES } from './raster.ts';
import { sampleFace } from './sample.ts';
import { expose, noiseStream, type Picture } from './sensor.ts';

/** Side of a generated image in pixels, as in FER2013. */
export const FACE_SIDE = 48;

export interface GenerateOptions {
  readonly seed: number | string;
  readonly style: FaceStyle;
  /** 0 clean to 2 very hard; scales pose, noise, occlusion and overlap of expressions. */
  readonly difficulty: number;
  /** Class index of each image, 0 to 6 in the order of CLASSES. */
  readonly labels: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
}

export interface GeneratedFaces {
  readonly count: number;
  /** Gray, uint8 [count, 48, 48]. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly parameters: readonly FaceParameters[];
}

/**
 * Draws one gray 48 x 48 face per label. Image i depends on seed, style, difficulty, i and its label alone, so
 * any subset drawn again gives the same bytes. Throws BAD_PARAMS for a label that is no class.
 */
export async function generateFaces(options: GenerateOptions): Promise<GeneratedFaces> {
  const { seed, style, difficulty, labels } = options;
  checkLabels(labels);
  const count = labels.length;
  const area = FACE_SIDE * FACE_SIDE;
  const images = new Uint8Array(count * area);
  const parameters = labels.map((label, index) => sampleFace({ seed, style, index, label, difficulty }));
  const starts = Array.from({ length: Math.ceil(count / TILES) }, (_, i) => i * TILES);
  let done = 0;
  const drawNext = async (): Promise<void> => {
    for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
      const batch = parameters.slice(start, start + TILES);
      const clean = await rasterize(batch, { size: FACE_SIDE, colour: false });
      batch.forEach((face, i) => {
        const pixels = clean.subarray(i * area, (i + 1) * area);
        const picture = { side: FACE_SIDE, channels: 1, pixels };
        images.set(
          expose(picture, face, noiseStream(seed, style, (start ?? 0) + i)).pixels,
          ((start ?? 0) + i) * area,
        );
      });
      done += batch.length;
      options.onProgress?.(done, count);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, drawNext));
  return { count, images, labels: Uint8Array.from(labels), parameters };
}

/** Documents in flight: while librsvg draws some on its threads, we expose others on ours. */
const WORKERS = 4;

/** One face at any size, in gray or in colour: uint8 [size, size, channels]. `seed` and `index` give its noise. */
export async function renderFace(
  face: FaceParameters,
  options: {
    readonly size: number;
    readonly colour: boolean;
    readonly seed: number | string;
    readonly index: number;
  },
): Promise<Picture> {
  const { size, colour, seed, index } = options;
  const pixels = await rasterize([face], { size, colour });
  const picture = { side: size, channels: colour ? 3 : 1, pixels };
  return expose(picture, face, noiseStream(seed, face.style, index));
}

function checkLabels(labels: readonly number[]): void {
  const bad = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= CLASSES.length);
  if (bad < 0) return;
  throw new FermentError(
    'BAD_PARAMS',
    `Each label must be a class index from 0 to ${CLASSES.length - 1}. Received: ${labels[bad]} at ${bad}.`,
  );
}
