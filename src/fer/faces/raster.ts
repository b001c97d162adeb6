import sharp from 'sharp';
import { drawFace } from './drawing/face-svg.ts';
import type { FaceParameters } from './parameters.ts';

export interface RasterOptions {
  /** Side of each picture in pixels. */
  readonly size: number;
  readonly colour: boolean;
}

/** Faces in one document: parsing and set-up of a document cost as much as several faces. */
export const TILES = 16;

/**
 * Rasterises up to TILES faces through one SVG document, one below the other, each clipped to its own tile.
 * Returns uint8 [n, size, size, channels], one channel when gray, three when `colour`. No text is drawn, so no
 * font matters.
 */
export async function rasterize(
  faces: readonly FaceParameters[],
  options: RasterOptions,
): Promise<Uint8Array> {
  const { size, colour } = options;
  const tiles = faces.map(
    (face, i) =>
      `<svg y="${i * size}" width="${size}" height="${size}" viewBox="-50 -50 100 100">${drawFace(face, { prefix: `f${i}`, colour })}</svg>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${faces.length * size}">${tiles.join('')}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  const kept = colour ? 3 : 1;
  const pixels = new Uint8Array(faces.length * size * size * kept);
  for (let p = 0, from = 0, to = 0; p < faces.length * size * size; p++, from += info.channels) {
    for (let c = 0; c < kept; c++) pixels[to++] = data[from + c] ?? 0;
  }
  return pixels;
}
