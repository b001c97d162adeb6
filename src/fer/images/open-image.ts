import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { decodeBmp } from './bmp.ts';

/**
 * An image file as sharp's pipeline, also a BMP, which sharp itself does not read. Throws UnreadableImage for a damaged
 * BMP.
 */
export function openImage(bytes: Uint8Array, options: SharpOptions = {}): Sharp {
  const bmp = decodeBmp(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (bmp === undefined) return sharp(bytes, options);
  const { data, ...raw } = bmp;
  return sharp(data, { ...options, raw });
}
