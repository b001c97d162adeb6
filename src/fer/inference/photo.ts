import { IMAGE_SIDE } from '../data/index.ts';
import {
  centreSquare,
  decodeGray,
  type GrayImage,
  mendJpeg,
  openImage,
  resizeGray,
} from '../images/index.ts';
import type { ColourImage, FaceFinder, FaceSquare } from './face-finder.ts';

/** The detector needs no more than this many pixels on the longer side. */
const FINDER_SIDE = 1024;

/** A part of a picture as the model sees it. */
export interface SeenFace {
  /** Gray, `[48 * 48]`. */
  readonly pixels: Uint8Array;
  /** Where it is in the upright picture; undefined where no face was found and the middle square stands for one. */
  readonly square: FaceSquare | undefined;
}

/**
 * The faces of a photograph, upright as its EXIF orientation says; without any, its middle square. Rejects with an
 * error that says so when the bytes are no image.
 */
export async function facesOf(bytes: Buffer, finder: FaceFinder | undefined): Promise<readonly SeenFace[]> {
  const readable = mendJpeg(bytes) ?? bytes;
  const gray = await decodeGray(readable, { upright: true });
  const squares = finder === undefined ? [] : await findIn(readable, gray, finder);
  if (squares.length > 0)
    return Promise.all(squares.map(async (square) => ({ pixels: await seen(gray, square), square })));
  const { left, top, width } = centreSquare(gray);
  return [{ pixels: await seen(gray, { left, top, side: width }), square: undefined }];
}

async function findIn(
  bytes: Uint8Array,
  { width }: Pick<GrayImage, 'width'>,
  finder: FaceFinder,
): Promise<readonly FaceSquare[]> {
  const small = await colourOf(bytes);
  const scale = width / small.width;
  return (await finder(small)).map(({ left, top, side, score }) => ({
    left: left * scale,
    top: top * scale,
    side: side * scale,
    score,
  }));
}

/** RGB, upright, no larger than the detector needs. */
async function colourOf(bytes: Uint8Array): Promise<ColourImage> {
  const { data, info } = await openImage(bytes)
    .autoOrient()
    .resize({ width: FINDER_SIDE, height: FINDER_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .flatten()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { data: new Uint8Array(data), width, height };
  const rgb = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[Math.floor(i / 3) * channels] ?? 0,
  );
  return { data: rgb, width, height };
}

/** A square at 48 x 48; what lies outside of the picture repeats its border. */
async function seen(
  { pixels, width, height }: GrayImage,
  square: Omit<FaceSquare, 'score'>,
): Promise<Uint8Array> {
  const side = Math.max(1, Math.round(square.side));
  const [left, top] = [Math.round(square.left), Math.round(square.top)];
  const cut = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    const row = Math.min(Math.max(top + y, 0), height - 1) * width;
    for (let x = 0; x < side; x++)
      cut[y * side + x] = pixels[row + Math.min(Math.max(left + x, 0), width - 1)] ?? 0;
  }
  return (await resizeGray({ width: side, height: side, pixels: cut }, IMAGE_SIDE)).pixels;
}
