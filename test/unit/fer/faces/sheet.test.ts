import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { generateFaces, renderSheet } from '../../../../src/fer/index.ts';

describe('renderSheet', () => {
  it('is a PNG with one row per class and the images enlarged pixel for pixel', async () => {
    const { images } = await generateFaces({ seed: 1, style: 'first', difficulty: 1, labels: [0, 0, 3] });
    const image = (i: number) => ({ pixels: images.slice(i * 2304, (i + 1) * 2304), side: 48, channels: 1 });
    const png = await renderSheet(
      [
        { name: 'angry', images: [image(0), image(1)] },
        { name: 'happy & <gay>', images: [image(2)] },
      ],
      { cell: 96 },
    );
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([92 + 2 * 100, 4 + 2 * 100]);
    const at = (x: number, y: number): number | undefined => data[(y * info.width + x) * info.channels];
    expect(at(92 + 2 * 20, 4 + 2 * 30)).toBe(images[30 * 48 + 20]);
    expect(at(92 + 2 * 20 + 1, 4 + 100 + 2 * 30 + 1)).toBe(images[2 * 2304 + 30 * 48 + 20]);
  });
});
