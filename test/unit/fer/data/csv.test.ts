import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvImage, readFerCsv } from '../../../../src/fer/data/raw/csv.ts';
import { CLASSES } from '../../../../src/fer/index.ts';
import { makeZip } from './support/make-zip.ts';

const PIXELS = Array.from({ length: 2304 }, (_, i) => i % 256);

async function read(content: string | Buffer, chunkBytes = 1 << 16): Promise<CsvImage[]> {
  const bytes = Buffer.from(content);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  const images: CsvImage[] = [];
  for await (const image of readFerCsv(Readable.from(chunks), 'fer2013.csv')) images.push(image);
  return images;
}

describe('FER2013 as CSV', () => {
  it('maps its own codes to our labels, which are in another order', async () => {
    const rows = [0, 1, 2, 3, 4, 5, 6].map((code) => `${code},${PIXELS.join(' ')},Training`);
    const images = await read(`emotion,pixels,Usage\n${rows.join('\n')}\n`);
    expect(images.map(({ label }) => CLASSES[label])).toEqual([
      'angry',
      'disgust',
      'fear',
      'happy',
      'sad',
      'surprise',
      'neutral',
    ]);
    expect(images[0]).toEqual({ usage: 'Training', label: 0, row: 1, pixels: Uint8Array.from(PIXELS) });
  });

  it.each([
    [
      'icml_face_data.csv, with blanks in its header',
      `emotion, Usage, pixels\n4,PublicTest,${PIXELS.join(' ')}\n`,
    ],
    ['Windows line ends and no last one', `emotion,pixels,Usage\r\n4,${PIXELS.join(' ')},PublicTest`],
    [
      'quotes and a byte-order mark',
      `\ufeff"emotion","pixels","Usage"\n"4","${PIXELS.join(' ')}","PublicTest"\n`,
    ],
    ['blank lines', `emotion,pixels,Usage\n\n4,${PIXELS.join(' ')},PublicTest\n\n`],
  ])('reads %s', async (_, text) => {
    expect(await read(text)).toEqual([
      { usage: 'PublicTest', label: 5, row: 1, pixels: Uint8Array.from(PIXELS) },
    ]);
  });

  it('reads the same whatever pieces it comes in', async () => {
    const text = `emotion,pixels,Usage\n3,${PIXELS.join(' ')},Training\n0,${PIXELS.toReversed().join(' ')},PrivateTest\n`;
    const whole = await read(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9000 }), async (chunkBytes) => {
        expect(await read(text, chunkBytes)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('names every bad line with its number, all at once', async () => {
    const good = `3,${PIXELS.join(' ')},Training`;
    const lines = [
      'emotion,pixels,Usage',
      good,
      `9,${PIXELS.join(' ')},Training`,
      `3,${PIXELS.slice(1).join(' ')},Training`,
      `3,${PIXELS.join(' ')},Trainig`,
      '3,1 2 3',
      `3,${PIXELS.with(5, 256).join(' ')},Training`,
      `3,${PIXELS.join(' ')} x,Training`,
      good.slice(0, 50),
    ];
    await expect(read(lines.join('\n'))).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: [
        "fer2013.csv:3: an emotion from 0 to 6 was expected. Received: '9'",
        'fer2013.csv:4: 2304 pixels were expected. Received: 2303',
        "fer2013.csv:5: Usage Training, PublicTest, PrivateTest was expected. Received: 'Trainig'",
        'fer2013.csv:6: 3 cells were expected. Received: 2',
        'fer2013.csv:7: pixels from 0 to 255 were expected. Received: 256 or more',
        "fer2013.csv:8: pixels are whole numbers. Received: 'x'",
        'fer2013.csv:9: 3 cells were expected. Received: 2',
      ].join('\n'),
    });
  });

  it('stops after twenty bad lines', async () => {
    const error = await read(`emotion,pixels,Usage\n${'bad\n'.repeat(100)}`).catch((e: unknown) => e);
    expect(error).toMatchObject({ message: expect.stringMatching(/:21: .*\n\(and perhaps more\)$/) });
  });

  it.each([
    ['a zip archive', makeZip([{ name: 'fer2013.csv', data: Buffer.from('x') }])],
    ['a gzip file', gzipSync('x')],
  ])('calls %s by its name instead of showing its bytes', async (what, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: `fer2013.csv must be a CSV. Received: ${what}.`,
    });
  });

  it.each(['', 'a,b\n1,2\n', 'emotion,pixels\n'])('refuses another header (%#)', async (text) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/^fer2013\.csv:1: the columns emotion, pixels and Usage were expected/),
    });
  });

  it('turns any text into images, or one of two errors', async () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constant(PIXELS.join(' ')),
      fc.constantFrom('3', 'Training'),
    );
    const text = fc
      .array(fc.array(cell, { maxLength: 4 }), { maxLength: 4 })
      .map((rows) => `emotion,pixels,Usage\n${rows.map((row) => row.join(',')).join('\n')}`);
    await fc.assert(
      fc.asyncProperty(text, async (csv) => {
        const result = await read(csv).catch((error: unknown) => error);
        if (!Array.isArray(result))
          expect(['DATA_DAMAGED', 'DATA_LAYOUT']).toContain((result as { code: string }).code);
      }),
      { numRuns: 60 },
    );
  });
});
