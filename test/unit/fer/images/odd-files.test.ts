import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSegments, SOS } from '../../../../src/fer/images/header.ts';
import { decodeManyGray, type GrayImage, readImageHeader } from '../../../../src/fer/images/index.ts';
import { splitJpeg } from '../../../../src/fer/images/jpeg-strip.ts';
import { grayProfile, withProfile } from './support/gray-profile.ts';
import { makeBmp } from './support/make-bmp.ts';

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

describe('a BMP', () => {
  const reasonOf = async (file: Buffer): Promise<string> => {
    const [image] = await decodeManyGray([file], (decoded) => decoded);
    return image?.ok === false ? image.reason : 'it is read';
  };

  // numpy.arange(18) * 13 % 256, [2, 3, 3], saved by Pillow 13; the wanted levels are its mode L.
  it.each([
    [
      'in colour',
      'Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAAj4J1tqmc3dDDAAAAGg0AQTQnaFtOAAAA',
      [11, 50, 89, 128, 167, 206],
    ],
    [
      'with a byte of alpha',
      'Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABACAAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAAj4J1CbapnAnd0MMJGg0ACUE0JwloW04J',
      [11, 50, 89, 128, 167, 206],
    ],
    [
      'in black and white',
      'Qk1GAAAAAAAAAD4AAAAoAAAAAwAAAAIAAAABAAEAAAAAAAgAAADEDgAAxA4AAAIAAAACAAAAAAAAAP///wDgAAAAAAAAAA==',
      [0, 0, 0, 255, 255, 255],
    ],
  ])('%s is read as Pillow reads it', async (_, base64, levels) => {
    const [image] = await decodeAll([Buffer.from(base64, 'base64')]);
    expect([image?.width, image?.height, [...(image?.pixels ?? [])]]).toEqual([3, 2, levels]);
  });

  it('with a palette of grays or colours is read, from the bottom or from the top', async () => {
    const gray = [0, 100, 200].map((level) => [level, level, level, 0]);
    const rows = [[0x01], [0x20]];
    const upward = makeBmp({ width: 2, height: 2, bits: 4 }, rows, gray);
    const downward = makeBmp({ width: 2, height: -2, bits: 4 }, rows, gray);
    const blue = makeBmp(
      { width: 3, height: 1, bits: 8 },
      [[0, 1, 0]],
      [
        [255, 0, 0, 0],
        [0, 0, 255, 0],
      ],
    );
    const decoded = await decodeManyGray([upward, downward, blue], (image) => image);
    expect(decoded.map((image) => image.ok && [image.value.colour, ...image.value.pixels])).toEqual([
      [false, 200, 0, 0, 100],
      [false, 0, 100, 200, 0],
      [true, 29, 76, 29],
    ]);
  });

  it('that is cut short, lies about its size or is packed is refused with a reason', async () => {
    const whole = makeBmp({ width: 2, height: 2, bits: 24 }, [
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
    ]);
    const damaged = 'a part of its picture (bmp) is missing or damaged';
    const noPlace = Buffer.from(whole).fill(0, 10, 14);
    const noWidth = Buffer.from(whole).fill(0, 18, 22);
    for (const file of [whole.subarray(0, -1), whole.subarray(0, 40), noWidth, noPlace])
      expect(await reasonOf(file)).toBe(damaged);
    expect(await reasonOf(makeBmp({ width: 2, height: 1, bits: 8 }, [[0, 9]], [[1, 1, 1, 0]]))).toBe(damaged);
    expect(await reasonOf(makeBmp({ width: 2, height: 1, bits: 8 }, [[0, 0]], [[1, 1, 1, 0]], 1))).toBe(
      'it is a BMP of a kind that is not read (8 bits, compression 1)',
    );
    expect(await reasonOf(makeBmp({ width: 1 << 14, height: 1 << 14, bits: 24 }, []))).toBe(
      'it has 268 million pixels, and at most 64 million are read',
    );
    for (let end = 2; end < whole.length; end++) expect(await reasonOf(whole.subarray(0, end))).toBe(damaged);
  });
});

describe('a picture of a telephone (HEIC)', () => {
  it('is called one, not damaged: its patented coding is not decoded', async () => {
    const reason = 'it is a picture of a telephone (HEIC), which is not decoded; JPEG is';
    expect(await decodeManyGray([await heic()], (image) => image)).toEqual([{ ok: false, reason }]);
  });

  /** An AVIF that says in its boxes (ISO/IEC 23008-12) that it is HEVC: no encoder of that is needed to tell it. */
  async function heic(): Promise<Buffer> {
    const avif = await ramp().avif().toBuffer();
    const av1C = avif.indexOf('av1C') - 4;
    const hvcC = Buffer.from('0000001f687663430101600000009000000000005af000fcfdf8f800000f00', 'hex');
    const file = Buffer.concat([avif.subarray(0, av1C), hvcC, avif.subarray(av1C + avif.readUInt32BE(av1C))]);
    const longer = hvcC.length - avif.readUInt32BE(av1C);
    const base = avif.indexOf('iloc') + 14;
    for (const at of [avif.indexOf('meta') - 4, avif.indexOf('iprp') - 4, avif.indexOf('ipco') - 4, base])
      file.writeUInt32BE(file.readUInt32BE(at) + longer, at);
    for (const at of [8, 20]) file.write('heic', at, 'latin1');
    file.write('hvc1', file.indexOf('av01'), 'latin1');
    return file;
  }
});

describe('a drawing', () => {
  it('is refused under the name of an image too: it has no pixels', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle r="9"/></svg>',
    );
    const drawing = { ok: false, reason: 'it is a drawing (SVG), which has no pixels' };
    expect(await decodeManyGray([svg], (image) => image)).toEqual([drawing]);
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
