import sharp from 'sharp';
import { label } from '../../kit/index.ts';

export interface SheetImage {
  /** Gray or RGB, uint8 [side, side, channels]. */
  readonly pixels: Uint8Array;
  readonly side: number;
  readonly channels: number;
}

export interface SheetRow {
  /** Stands left of the row. */
  readonly name: string;
  readonly images: readonly SheetImage[];
}

export interface SheetOptions {
  /** Side of a cell in pixels; images are enlarged to it without smoothing. Default 72. */
  readonly cell?: number;
  readonly title?: string;
}

const GAP = 4;
const NAME_WIDTH = 92;
const TITLE_HEIGHT = 34;

/**
 * A contact sheet as PNG: one row per class, its name at the left. The names are the only text, in whatever
 * sans-serif font there is: sheets are for people and never compared by bytes.
 */
export async function renderSheet(rows: readonly SheetRow[], options: SheetOptions = {}): Promise<Buffer> {
  const cell = options.cell ?? 72;
  const columns = Math.max(1, ...rows.map((row) => row.images.length));
  const top = options.title === undefined ? GAP : TITLE_HEIGHT;
  const width = NAME_WIDTH + columns * (cell + GAP);
  const height = top + rows.length * (cell + GAP);
  const names = rows.map((row, r) => text(row.name, GAP * 2, top + r * (cell + GAP) + cell / 2 + 5, 15));
  const title = options.title === undefined ? '' : text(options.title, GAP * 2, 22, 16);
  const background = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#fff"/>${title}${names.join('')}</svg>`;
  const cells = await Promise.all(
    rows.flatMap((row, r) =>
      row.images.map(async (image, c) => ({
        input: await enlarge(image, cell),
        left: NAME_WIDTH + c * (cell + GAP),
        top: top + r * (cell + GAP),
      })),
    ),
  );
  return sharp(Buffer.from(background)).flatten().composite(cells).png({ compressionLevel: 9 }).toBuffer();
}

function enlarge(image: SheetImage, cell: number): Promise<Buffer> {
  const channels = image.channels === 3 ? 3 : 1;
  return sharp(image.pixels, { raw: { width: image.side, height: image.side, channels } })
    .resize(cell, cell, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

function text(content: string, x: number, y: number, size: number): string {
  return label(content, { x, y, 'font-family': 'sans-serif', 'font-size': size, fill: '#222' });
}
