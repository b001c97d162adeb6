import sharp from 'sharp';
import { mendJpeg } from './mend-jpeg.ts';
import { openImage } from './open-image.ts';
import type { GrayImage } from './png.ts';
import { explainUndecodable, refuseTooLarge, UnreadableImage } from './unreadable.ts';

/** Where to cut, in pixels of the decoded image. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A decoded image; `colour` says that it had some. */
export type DecodedImage = GrayImage & { readonly colour: boolean };

interface DecodeOptions {
  readonly upright?: boolean;
}

/**
 * Decodes any image that sharp reads, and BMP, into 8-bit gray. Colour, that of printers included, becomes gray as
 * PIL's mode "L" does it; alpha and colour profiles are ignored; `upright` turns it as its EXIF orientation says.
 * Rejects with an UnreadableImage when the bytes are no image, a drawing, a damaged image, or too large a one.
 */
export async function decodeGray(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  try {
    return await decodeStrictly(bytes, options);
  } catch (error) {
    const mended = mendJpeg(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (mended === undefined) throw await explainUndecodable(error, bytes);
    return decodeStrictly(mended, options).catch(async (again: unknown) => {
      throw await explainUndecodable(again, bytes);
    });
  }
}

/** Any warning of the decoder refuses the image: among them are those for pictures of which a part is missing. */
async function decodeStrictly(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  // The limit is our own check, which says the numbers. A profile would change gray levels in a file that is decoded
  // alone, but not in a strip, where it is left behind.
  const image = openImage(bytes, { limitInputPixels: false, ignoreIcc: true });
  if (options.upright === true) image.autoOrient();
  const { space, format, ...size } = await image.metadata();
  if (format === 'svg') throw new UnreadableImage('it is a drawing (SVG), which has no pixels');
  refuseTooLarge(size.width * size.height);
  // Without this, sharp hands out gray as three equal channels.
  const colour = space !== 'b-w' && space !== 'grey16';
  if (!colour) image.toColourspace('b-w');
  // The inks themselves: sharp would print them by a profile of its own.
  if (space === 'cmyk') image.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, pixels: toGray(data, channels, space), colour };
}

function toGray(data: Uint8Array, channels: number, space: string | undefined): Uint8Array {
  if (space === 'cmyk') return toLuma(inksToRgb(data, channels), 3);
  return channels >= 3 ? toLuma(data, channels) : everyNth(data, channels);
}

/** Cyan, magenta, yellow and black to RGB as PIL does it (Convert.c, cmyk2rgb): (255 - ink) of what black leaves. */
function inksToRgb(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const light = 255 - (data[from + 3] ?? 0);
    for (let ink = 0; ink < 3; ink++) {
      const product = (data[from + ink] ?? 0) * light + 128;
      rgb[to++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

function everyNth(data: Uint8Array, n: number): Uint8Array {
  if (n === 1) return new Uint8Array(data);
  return Uint8Array.from({ length: data.length / n }, (_, i) => data[i * n] ?? 0);
}

/** Interleaved RGB (with or without alpha) to gray by ITU-R BT.601, rounded as PIL's mode "L" (Convert.c, L24). */
export function toLuma(rgb: Uint8Array, channels: number): Uint8Array {
  const gray = new Uint8Array(rgb.length / channels);
  for (let i = 0, at = 0; i < gray.length; i++, at += channels) {
    const sum = (rgb[at] ?? 0) * 19_595 + (rgb[at + 1] ?? 0) * 38_470 + (rgb[at + 2] ?? 0) * 7471;
    gray[i] = (sum + 0x8000) >> 16;
  }
  return gray;
}

/** The largest square about the middle. */
export function centreSquare({ width, height }: Pick<GrayImage, 'width' | 'height'>): Box {
  const side = Math.min(width, height);
  return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
}

/** Cuts a box that lies within the image. */
export function crop(image: GrayImage, box: Box): GrayImage {
  const pixels = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * image.width + box.left;
    pixels.set(image.pixels.subarray(start, start + box.width), y * box.width);
  }
  return { width: box.width, height: box.height, pixels };
}

/**
 * Resamples to side x side with Lanczos 3 (area-aware when it shrinks, as libvips does). A copy when it fits already.
 */
export async function resizeGray(image: GrayImage, side: number): Promise<GrayImage> {
  const { width, height, pixels } = image;
  if (width === side && height === side) return image;
  const data = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(side, side, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return { width: side, height: side, pixels: new Uint8Array(data) };
}
