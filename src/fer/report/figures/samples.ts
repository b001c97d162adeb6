import sharp from 'sharp';
import { element, label } from '../../../kit/index.ts';
import { figure } from './svg.ts';

export interface SampleRow {
  readonly name: string;
  /** Gray images, 48 x 48 bytes each. */
  readonly images: readonly Uint8Array[];
}

const SIDE = 48;
const SHOWN = 72;
const GAP = 6;

/** A few images of each class, one row per class. */
export async function renderSamples(title: string, rows: readonly SampleRow[]): Promise<string> {
  const columns = Math.max(...rows.map((row) => row.images.length), 1);
  const left = 84;
  const top = 44;
  const pictures = await Promise.all(
    rows.flatMap((row, r) =>
      row.images.map(async (image, c) => {
        const png = await sharp(image, { raw: { width: SIDE, height: SIDE, channels: 1 } })
          .png({ compressionLevel: 9 })
          .toBuffer();
        return element('image', {
          x: left + c * (SHOWN + GAP),
          y: top + r * (SHOWN + GAP),
          width: SHOWN,
          height: SHOWN,
          style: 'image-rendering: pixelated',
          href: `data:image/png;base64,${png.toString('base64')}`,
        });
      }),
    ),
  );
  const names = rows.map((row, r) =>
    label(row.name, { x: left - 10, y: top + r * (SHOWN + GAP) + SHOWN / 2 + 4, 'text-anchor': 'end' }),
  );
  return figure(
    { width: left + columns * (SHOWN + GAP) + 12, height: top + rows.length * (SHOWN + GAP) + 8 },
    title,
    label(title, { x: 12, y: 24, 'font-size': 14, 'font-weight': 600 }),
    ...names,
    ...pictures,
  );
}
