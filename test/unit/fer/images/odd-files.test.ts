import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeManyGray, type GrayImage } from '../../../../src/fer/images/index.ts';
import { splitJpeg } from '../../../../src/fer/images/jpeg-strip.ts';
import { grayProfile, withProfile } from './support/gray-profile.ts';

const SIDE = 48;

/** Brighter to the right and to the bottom, differently: turned in any way it is another image. */
const RAMP = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE) * 4 + Math.floor(i / SIDE));

const ramp = () => sharp(RAMP, { raw: { width: SIDE, height: SIDE, channels: 1 } }).toColourspace('b-w');
const plainJpeg = (): Promise<Buffer> => ramp().jpeg({ quality: 100 }).toBuffer();

/** All of them at once, as a folder of the data set is decoded. */
async function decodeAll(files: readonly Buffer[]): Promise<readonly GrayImage[]> {
  const decoded = await decodeManyGray(files, (image) => image);
  return decoded.map((image) => {
    if (!image.ok) throw new Error(image.reason);
    return image.value;
  });
}

/** The mean distance of an image from the ramp, in gray levels. */
function distance({ pixels }: GrayImage): number {
  return pixels.reduce((sum, pixel, i) => sum + Math.abs(pixel - (RAMP[i] ?? 0)), 0) / RAMP.length;
}

describe('the orientation of a photograph', () => {
  const lying = (orientation: number, degrees: number): Promise<Buffer> =>
    ramp().rotate(degrees).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();

  it('is followed, also among gray files that share a strip', async () => {
    const turned = [await lying(3, 180), await lying(6, 270), await lying(8, 90)];
    const decoded = await decodeAll([await plainJpeg(), ...turned, await plainJpeg()]);
    for (const image of decoded) expect(distance(image)).toBeLessThan(1);
  });

  it('takes a file out of the quick way only where there is one', async () => {
    const artist = await ramp()
      .withExif({ IFD0: { Artist: 'x' } })
      .jpeg()
      .toBuffer();
    const files = [await plainJpeg(), artist, await lying(6, 270)];
    expect(files.map((file) => splitJpeg(file) !== undefined)).toEqual([true, true, false]);
  });
});

describe('a colour profile in a gray file', () => {
  it('changes no pixel, whatever files it is decoded with', async () => {
    const plain = await plainJpeg();
    const dark = withProfile(plain, grayProfile(1));
    expect((await sharp(dark).metadata()).icc?.length).toBe(grayProfile(1).length);
    const [wanted] = await decodeAll([plain]);
    expect(await decodeAll([dark])).toEqual([wanted]);
    expect(await decodeAll([dark, dark])).toEqual([wanted, wanted]);
    expect(await decodeAll([dark, plain])).toEqual([wanted, wanted]);
  });
});
