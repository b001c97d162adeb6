import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  centreSquare,
  crop,
  decodeGray,
  decodeManyGray,
  encodeGrayPng,
  grayMoments,
  isBlank,
  readImageHeader,
  resizeGray,
  toLuma,
} from '../../../../src/fer/images/index.ts';
import { splitJpeg } from '../../../../src/fer/images/jpeg-strip.ts';
import { decodePlainPng } from '../../../../src/fer/images/png.ts';
import { createRandom } from '../../../../src/kit/index.ts';

const reference = join(import.meta.dirname, '../../../../../shared/reference/images.json');

/** Smooth but not dull: JPEG has something to code in every block. */
function gray(seed: number, width = 48, height = 48): Buffer {
  const random = createRandom(seed, 'image');
  const [a, b, c] = [random.uniform(0.05, 0.5), random.uniform(0.05, 0.5), random.uniform(0, 6)];
  return Buffer.from(
    Uint8Array.from({ length: width * height }, (_, i) => {
      const x = i % width;
      const y = Math.floor(i / width);
      return 128 + 90 * Math.sin(a * x + c) * Math.cos(b * y) + random.uniform(-20, 20);
    }),
  );
}

async function jpeg(
  seed: number,
  options: { width?: number; height?: number; quality?: number; progressive?: boolean } = {},
): Promise<Buffer> {
  const { width = 48, height = 48, quality = 95, progressive = false } = options;
  // optimiseCoding off: the standard Huffman tables, as PIL writes them and FER2013 has them.
  return sharp(gray(seed, width, height), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality, progressive, optimiseCoding: false })
    .toBuffer();
}

describe('decoding many images at once', () => {
  it('gives each image the pixels that it has when it is decoded alone', async () => {
    const files = [
      ...(await Promise.all(Array.from({ length: 300 }, (_, i) => jpeg(i)))),
      ...(await Promise.all(Array.from({ length: 5 }, (_, i) => jpeg(i, { quality: 75 })))),
      ...(await Promise.all(Array.from({ length: 3 }, (_, i) => jpeg(i, { width: 50, height: 47 })))),
      await jpeg(1, { progressive: true }),
      await sharp(gray(1), { raw: { width: 48, height: 48, channels: 1 } })
        .png({ palette: true })
        .toBuffer(),
      await sharp({ create: { width: 20, height: 30, channels: 3, background: '#336699' } })
        .jpeg()
        .toBuffer(),
      encodeGrayPng({ width: 48, height: 48, pixels: gray(3) }),
    ];
    expect(splitJpeg(files[0] ?? Buffer.alloc(0))?.width).toBe(48); // the fast way is really taken
    expect(files.filter((file) => splitJpeg(file) !== undefined)).toHaveLength(305);
    const many = await decodeManyGray(files, (image) => image);
    for (const [i, file] of files.entries())
      expect(many[i]).toEqual({ ok: true, value: await decodeGray(file) });
  });

  it('names what is wrong with bad files and still decodes the others', async () => {
    const files = await Promise.all(Array.from({ length: 6 }, (_, i) => jpeg(i)));
    const whole = await decodeManyGray(files, (image) => image);
    const cut = Buffer.concat([files[1]?.subarray(0, 500) ?? Buffer.alloc(0), Buffer.from([0xff, 0xd9])]);
    const damaged = files.with(1, cut).with(3, Buffer.from('no image')).with(4, Buffer.alloc(0));
    const result = await decodeManyGray(damaged, (image) => image);
    expect(result.map((image) => image.ok)).toEqual([true, false, true, false, false, true]);
    expect([result[0], result[2], result[5]]).toEqual([whole[0], whole[2], whole[5]]);
    expect([result[1], result[3], result[4]]).toEqual([
      { ok: false, reason: 'a part of its picture (jpeg) is missing or damaged' },
      { ok: false, reason: 'it is no image of a known format, or its header is damaged' },
      { ok: false, reason: 'it is empty' },
    ]);
  });

  it('says the same of a bad file whatever other files are decoded beside it', async () => {
    const png = await sharp(gray(1), { raw: { width: 48, height: 48, channels: 1 } })
      .png()
      .toBuffer();
    const flipped = Buffer.from(png).fill(0, 30, 31);
    const noSize = Buffer.from(png).fill(0, 16, 24);
    const bad = [flipped, noSize, png.subarray(0, -30), (await jpeg(1)).subarray(0, -300)];
    const alone = await Promise.all(bad.map((file) => decodeManyGray([file], (image) => image)));
    for (let round = 0; round < 5; round++)
      expect(await decodeManyGray(bad, (image) => image)).toEqual(alone.flat());
    expect(JSON.stringify(alone)).not.toMatch(/vips|failOn|"ok":true/i);
  });

  it('refuses what would take too much memory, with its size, before any pixel is decoded', async () => {
    const vast = await sharp({ create: { width: 10_000, height: 6_500, channels: 3, background: '#336699' } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    expect(await decodeManyGray([vast], (image) => image)).toEqual([
      { ok: false, reason: 'it has 65 million pixels, and at most 64 million are read' },
    ]);
  });

  it.skipIf(!existsSync(reference))("is within one gray level of Pillow on Pillow's own JPEG", async () => {
    const { jpeg_q75: wanted } = JSON.parse(readFileSync(reference, 'utf8')) as {
      jpeg_q75: { base64: string; decoded_first16: number[]; decoded_sum: number };
    };
    const [image] = await decodeManyGray([Buffer.from(wanted.base64, 'base64')], (decoded) => decoded);
    if (!image?.ok) throw new Error('not decoded');
    const first = [...image.value.pixels.subarray(0, 16)];
    expect(first.every((value, i) => Math.abs(value - (wanted.decoded_first16[i] ?? 0)) <= 1)).toBe(true);
    expect(Math.abs(image.value.pixels.reduce((a, b) => a + b, 0) - wanted.decoded_sum)).toBeLessThan(2304);
  });
});

describe('gray PNG files', () => {
  it('come back as they were written, by our reader and by sharp', async () => {
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) })
      .chain(({ width, height }) =>
        fc
          .uint8Array({ minLength: width * height, maxLength: width * height })
          .map((pixels) => ({ width, height, pixels })),
      );
    await fc.assert(
      fc.asyncProperty(image, async (value) => {
        const file = encodeGrayPng(value);
        expect(decodePlainPng(file)).toEqual(value);
        expect(await decodeGray(file)).toEqual({ ...value, colour: false });
      }),
      { numRuns: 30 },
    );
  });

  it('with any byte changed are never read as other pixels', () => {
    const pixels = gray(5);
    const file = encodeGrayPng({ width: 48, height: 48, pixels });
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ change;
        const image = decodePlainPng(changed);
        if (image !== undefined) expect(Buffer.from(image.pixels).equals(pixels)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('image headers', () => {
  it('say format, size and whether the pixels are plain gray', async () => {
    const colour = sharp({ create: { width: 20, height: 30, channels: 3, background: '#336699' } });
    expect(readImageHeader(await jpeg(1))).toEqual({ format: 'jpeg', width: 48, height: 48, gray8: true });
    expect(readImageHeader(await colour.jpeg().toBuffer())).toEqual({
      format: 'jpeg',
      width: 20,
      height: 30,
      gray8: false,
    });
    expect(readImageHeader(await colour.png().toBuffer())).toEqual({
      format: 'png',
      width: 20,
      height: 30,
      gray8: false,
    });
  });

  it('are undefined for anything else, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, asJpeg) => {
        const file = asJpeg ? Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), bytes]) : Buffer.from(bytes);
        expect([undefined, 'jpeg', 'png']).toContain(readImageHeader(file)?.format);
      }),
    );
    expect(readImageHeader(Buffer.from('GIF89a, which is an image but none of ours'))).toBeUndefined();
  });
});

describe('gray from colour', () => {
  it("is PIL's mode L: BT.601 in fixed point", () => {
    const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 200, 30);
    expect([...toLuma(rgb, 3)]).toEqual([76, 150, 29, 255, 124]);
  });

  it('of the inks of a printer (CMYK) is that of PIL too', async () => {
    // Written by PIL, with Adobe's marker: four fields of 8 x 8 pixels, one ink value each.
    const file = Buffer.from(
      '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AAFAgACAAgBEMRAE0RAFkRAEsRAP/EABgAAQADAQAAAAAAAAAAAAAAAAcDBAUG/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwA/IA/IB2DRsYK0ZWo3nJKCISP/2Q==',
      'base64',
    );
    const { width, height, pixels, colour } = await decodeGray(file);
    expect([width, height, colour]).toEqual([32, 8, true]);
    expect([0, 8, 16, 24].map((x) => pixels[x])).toEqual([150, 98, 255, 61]);
  });

  it('ignores alpha', () => {
    expect([...toLuma(Uint8Array.of(10, 200, 30, 0), 4)]).toEqual([124]);
  });
});

describe('cutting and resizing', () => {
  it('takes the middle square', () => {
    expect(centreSquare({ width: 7, height: 4 })).toEqual({ left: 1, top: 0, width: 4, height: 4 });
    const image = { width: 3, height: 2, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect(crop(image, { left: 1, top: 0, width: 2, height: 2 }).pixels).toEqual(Uint8Array.of(2, 3, 5, 6));
  });

  it('keeps a flat image flat and an image of the right size untouched', async () => {
    const flat = { width: 97, height: 97, pixels: new Uint8Array(97 * 97).fill(77) };
    expect(await resizeGray(flat, 48)).toEqual({
      width: 48,
      height: 48,
      pixels: new Uint8Array(2304).fill(77),
    });
    const same = { width: 48, height: 48, pixels: new Uint8Array(gray(1)) };
    expect(await resizeGray(same, 48)).toBe(same);
  });
});

describe('blank images', () => {
  it('are those of nearly one gray level', () => {
    expect(isBlank(new Uint8Array(2304).fill(255))).toBe(true);
    expect(isBlank(Uint8Array.from({ length: 2304 }, (_, i) => 100 + (i % 3)))).toBe(true);
    expect(isBlank(Uint8Array.from({ length: 2304 }, (_, i) => 100 + (i % 12)))).toBe(false);
    expect(grayMoments(Uint8Array.of(0, 10))).toEqual({ mean: 5, deviation: 5 });
  });
});
