import sharp from 'sharp';
import { FermentError } from '../../kit/index.ts';

/** uint8 images, row-major `[count, side, side, 3]`. */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly count: number;
  readonly side: number;
}

/** The JPEG grid: 8-pixel blocks whose chroma is halved both ways. */
const GRID = 16;
/** 64 x 48 pixels a side keep a mosaic near 28 MB of RGB and far below JPEG's 65,535. */
const TILES_PER_SIDE = 64;

/**
 * The images as they are after a round trip through JPEG at `quality` (1 to 100, chroma 4:2:0, the standard's own
 * tables): first channel as gray, gray as RGB, encoded, decoded. The result is gray again in three equal channels.
 *
 * Many images share one file, which changes no pixel: a block of a JPEG knows nothing of its neighbours, tiles
 * start on the grid of blocks, and the chroma planes of gray are constant, so nothing bleeds when they are enlarged.
 * Sides off that grid go one image a file.
 */
export async function reencodeJpeg(images: ImageBatch, quality: number): Promise<Uint8Array> {
  const { count, side } = images;
  if (images.data.length !== count * side * side * 3) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected ${count} images of ${side} x ${side} x 3 bytes. Received: ${images.data.length} bytes.`,
    );
  }
  const out = new Uint8Array(images.data.length);
  const across = side % GRID === 0 ? TILES_PER_SIDE : 1;
  for (let first = 0; first < count; first += across * across) {
    const tiles = Math.min(across * across, count - first);
    const columns = Math.min(across, tiles);
    const rows = Math.ceil(tiles / columns);
    const mosaic = Buffer.alloc(rows * columns * side * side * 3);
    const layout = { side, columns, first, tiles };
    copyTiles(images.data, mosaic, layout, 'in');
    const raw = { width: columns * side, height: rows * side, channels: 3 as const };
    const file = await sharp(mosaic, { raw }).jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer();
    copyTiles(out, await sharp(file).raw().toBuffer(), layout, 'out');
  }
  return out;
}

interface Layout {
  readonly side: number;
  readonly columns: number;
  readonly first: number;
  readonly tiles: number;
}

/** Moves rows of pixels between the images and their places in the mosaic; the first channel becomes all three. */
function copyTiles(images: Uint8Array, mosaic: Uint8Array, layout: Layout, way: 'in' | 'out'): void {
  const { side, columns, first, tiles } = layout;
  for (let t = 0; t < tiles; t++) {
    for (let y = 0; y < side; y++) {
      const inImage = ((first + t) * side + y) * side * 3;
      const inMosaic = ((Math.floor(t / columns) * side + y) * columns + (t % columns)) * side * 3;
      if (way === 'in') copyGray(images, inImage, mosaic, inMosaic, side);
      else copyGray(mosaic, inMosaic, images, inImage, side);
    }
  }
}

function copyGray(from: Uint8Array, start: number, to: Uint8Array, target: number, pixels: number): void {
  for (let x = 0; x < pixels * 3; x += 3) {
    const gray = from[start + x] ?? 0;
    to[target + x] = gray;
    to[target + x + 1] = gray;
    to[target + x + 2] = gray;
  }
}
