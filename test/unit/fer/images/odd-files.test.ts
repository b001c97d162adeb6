import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSegments, SOS } from '../../../../src/fer/images/header.ts';
import { decodeManyGray, type GrayImage, readImageHeader } from '../../../../src/fer/images/index.ts';
import { splitJpeg } from '../../../../src/fer/images/jpeg-strip.ts';
import { grayProfile, withProfile } from './support/gray-profile.ts';

const SIDE = 48;

/** Brighter to the right and to the bottom, differently: turned in any way it is another image. */
const RAMP = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE) * 4 + Math.floor(i / SIDE));
const RAMP_RGB = Buffer.from([...RAMP].flatMap((gray) => [gray, 255 - gray, 90]));

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

describe('a JPEG of which a decoder warns', () => {
  const colourJpeg = (): Promise<Buffer> =>
    sharp({ create: { width: 60, height: 80, channels: 3, background: '#336699' } })
      .composite([{ input: RAMP_RGB, raw: { width: SIDE, height: SIDE, channels: 3 }, left: 2, top: 2 }])
      .jpeg({ quality: 90 })
      .toBuffer();

  it.each([
    ['stray bytes after its start', strayBytes],
    ['a scan header that ends with coefficient 0, as some cameras write it', endsAtZero],
    ['both', (file: Buffer) => strayBytes(endsAtZero(file))],
  ])('is the image that it is without %s', async (_, spoil) => {
    for (const file of [await plainJpeg(), await colourJpeg()]) {
      const spoilt = spoil(file);
      expect(readImageHeader(spoilt)).toEqual(readImageHeader(file));
      const [wanted] = await decodeAll([file]);
      expect(await decodeAll([spoilt])).toEqual([wanted]);
      expect(await decodeAll([file, spoilt, spoilt])).toEqual([wanted, wanted, wanted]);
    }
  });

  it('is refused where a part of the picture is missing, also with an end put after it', async () => {
    const whole = await colourJpeg();
    const cut = whole.subarray(0, whole.length - 300);
    const ended = Buffer.concat([cut, Buffer.from([0xff, 0xd9])]);
    const decoded = await decodeManyGray([cut, strayBytes(cut), ended, strayBytes(ended)], (image) => image);
    expect(decoded.map((image) => image.ok)).toEqual([false, false, false, false]);
  });
});

function strayBytes(file: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, 2), Buffer.from([0, 0x12]), file.subarray(2)]);
}

function endsAtZero(file: Buffer): Buffer {
  const scan = [...jpegSegments(file)].find(({ marker }) => marker === SOS);
  if (scan === undefined) throw new Error('no scan');
  return Buffer.from(file).fill(0, scan.end - 2, scan.end - 1);
}
