import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { squareAround } from '../../../../src/fer/data/inject/candidate.ts';
import { decodeGray } from '../../../../src/fer/images/index.ts';
import { type InjectReport, injectImages, type Params } from '../../../../src/fer/index.ts';
import { makeBmp } from '../images/support/make-bmp.ts';
import { makeZip } from './support/make-zip.ts';
import { listAll, SHARED, samplePng, writeFiles } from './support/samples.ts';
import { HONEST, injectParams, makeStudy, type Study } from './support/study.ts';

let study: Study;
let warnings: string[];

beforeEach(() => {
  study = makeStudy();
  warnings = [];
});

function inject(
  source: string | undefined,
  changes: Partial<Params['inject']>,
  seed = 1,
): Promise<InjectReport> {
  return injectImages({
    seed,
    split: HONEST,
    inject: injectParams(changes),
    images: study.raw,
    source,
    out: study.injected,
    onWarning: (text) => warnings.push(text),
  });
}

/** A colour picture of any size with a bright square; each number gives another one. */
function photo(
  number: number,
  { width = 90, height = 70, box = { left: 30, top: 20, side: 20 } } = {},
): Promise<Buffer> {
  const square = {
    create: { width: box.side, height: box.side, channels: 3 as const, background: '#f0e0d0' },
  };
  return sharp({ create: { width, height, channels: 3, background: { r: number * 7, g: 60, b: 90 } } })
    .composite([{ input: square, left: box.left, top: box.top }])
    .jpeg({ quality: 95 })
    .toBuffer();
}

async function photos(path: string, count: number): Promise<[string, Buffer][]> {
  return Promise.all(
    Array.from(
      { length: count },
      async (_, i): Promise<[string, Buffer]> => [`${path}/p${i}.jpg`, await photo(i)],
    ),
  );
}

const records = (): { path: string; source: string; crop: unknown; encoding: string[] }[] =>
  (JSON.parse(readFileSync(join(study.injected, 'provenance.json'), 'utf8')) as { images: [] }).images;

describe('injecting from class folders', () => {
  it('tops a class up to its target of training images with gray 48 x 48 squares, and says where each came from', async () => {
    const source = join(study.root, 'second');
    writeFiles(source, [...(await photos('faces/Disgust', 9)), ...(await photos('faces/happy', 3))]);
    const report = await inject(source, { source: 'folder', targets: { disgust: 9, angry: 4 } });
    expect(report).toMatchObject({
      total: 4,
      before: { angry: 5, disgust: 5 },
      injected: { angry: 0, disgust: 4, happy: 0 },
      after: { angry: 5, disgust: 9 },
      shortfall: { angry: 0, disgust: 0 },
    });
    expect(listAll(study.injected)).toHaveLength(5);
    for (const { path, source: from, crop, encoding } of records()) {
      expect(path).toMatch(/^disgust\/Injected_p\d_[0-9a-f]{8}\.png$/);
      expect(from).toMatch(/^faces\/Disgust\/p\d\.jpg$/);
      expect(crop).toEqual({ left: 10, top: 0, width: 70, height: 70 });
      expect(encoding).toEqual(['jpeg', 'gray', 'resize 70x70 to 48x48', 'png']);
      const image = await decodeGray(readFileSync(join(study.injected, path)));
      expect([image.width, image.height, image.colour]).toEqual([48, 48, false]);
    }
  });

  it('takes the same images for the same seed, others for another', async () => {
    const path = join(study.root, 'second.zip');
    const entries = (await photos('disgust', 30)).map(([name, data]) => ({ name, data }));
    writeFileSync(path, makeZip(entries));
    const run = async (seed: number): Promise<string> => {
      await inject(path, { source: 'zip', targets: { disgust: 10 } }, seed);
      return readFileSync(join(study.injected, 'provenance.json'), 'utf8');
    };
    const first = await run(1);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
  });

  it('refuses an archive that has two images under one path', async () => {
    const path = join(study.root, 'second.zip');
    const entries = (await photos('disgust', 2)).map(([, data]) => ({ name: 'disgust/x.jpg', data }));
    writeFileSync(path, makeZip(entries));
    await expect(inject(path, { source: 'zip', targets: { disgust: 9 } })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: `Each image of ${path} must have a path of its own. Received: two at disgust/x.jpg.`,
    });
  });

  it('refuses a test image that was resized and encoded again, unless near-duplicates are wanted', async () => {
    const source = join(study.root, 'second');
    const heldBack = join(study.raw, 'test/sad/PrivateTest_1.png');
    writeFiles(source, [
      ['disgust/again.jpg', await sharp(heldBack).resize(120, 120).jpeg({ quality: 70 }).toBuffer()],
      ['disgust/other.jpg', await photo(3)],
    ]);
    const targets = { disgust: 10 };
    const report = await inject(source, { source: 'folder', targets, nearDuplicateBits: 6 });
    expect(report).toMatchObject({ total: 1, refused: { heldBack: 0, nearDuplicate: 1 } });
    expect(records()[0]?.source).toBe('disgust/other.jpg');
    expect(await inject(source, { source: 'folder', targets })).toMatchObject({
      total: 2,
      refused: { nearDuplicate: 0 },
    });
  });

  it('refuses small, unreadable, doubled and held-back images, counts them, and says what is lacking', async () => {
    const source = join(study.root, 'second');
    const heldBack = readFileSync(join(study.raw, 'test/sad/PrivateTest_1.png'));
    writeFiles(source, [
      ['disgust/small.jpg', await photo(1, { width: 60, height: 23, box: { left: 1, top: 1, side: 5 } })],
      ['disgust/broken.jpg', (await photo(2)).subarray(0, 300)],
      ['disgust/text.jpg', Buffer.from('no image')],
      ['disgust/drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>'],
      ['disgust/twin1.jpg', await photo(3)],
      ['disgust/twin2.jpg', await photo(3)],
      ['disgust/leak.png', heldBack],
      ['disgust/list.txt', Buffer.from('x')],
      ['contempt/a.jpg', await photo(4)],
    ]);
    const report = await inject(source, { source: 'folder', targets: { disgust: 10 } });
    expect(report).toMatchObject({
      total: 1,
      refused: { tooSmall: 1, unreadable: 3, heldBack: 1, nearDuplicate: 0, duplicate: 1 },
      skipped: { notAnImage: 1, otherClass: 1 },
      shortfall: { disgust: 4 },
    });
    expect(report.unreadable).toEqual(
      expect.arrayContaining([
        'disgust/broken.jpg: it is no image of a known format, or its header is damaged',
        'disgust/text.jpg: it is no image of a known format, or its header is damaged',
        'disgust/drawing.png: it is a drawing (SVG), which has no pixels',
      ]),
    );
    expect(warnings).toEqual([
      'The second source had too few usable images to reach inject.targets: short of 4 disgust.',
    ]);
  });

  /** A bright square at the top left, stored on its side with an EXIF orientation that says so. */
  const lyingPhoto = async (): Promise<Buffer> => {
    const upright = await photo(5, { width: 60, height: 60, box: { left: 0, top: 0, side: 30 } });
    return sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
  };

  it('refuses a test image that is a photograph on its side', async () => {
    const source = join(study.root, 'second');
    writeFiles(study.raw, [['test/sad/PrivateTest_9.jpg', await lyingPhoto()]]);
    writeFiles(source, [['disgust/lying.jpg', await lyingPhoto()]]);
    const report = await inject(source, { source: 'folder', targets: { disgust: 6 } });
    expect(report).toMatchObject({ total: 0, refused: { heldBack: 1 } });
  });

  it('turns photographs upright', async () => {
    const source = join(study.root, 'second');
    writeFiles(source, [['disgust/lying.jpg', await lyingPhoto()]]);
    await inject(source, { source: 'folder', targets: { disgust: 6 } });
    const { pixels } = await decodeGray(readFileSync(join(study.injected, records()[0]?.path ?? '')));
    expect([(pixels[5 * 48 + 5] ?? 0) > 200, (pixels[5 * 48 + 42] ?? 255) < 120]).toEqual([true, true]);
  });

  it('without a source injects nothing, and without class folders says what was expected', async () => {
    expect(await inject(undefined, { targets: { disgust: 10 } })).toMatchObject({
      total: 0,
      shortfall: { disgust: 0 },
    });
    const source = join(study.root, 'second');
    writeFiles(source, [['faces/a.jpg', await photo(1)]]);
    await expect(inject(source, { source: 'folder', targets: { disgust: 9 } })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
    });
    await expect(inject(undefined, { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'inject.path must name a zip. Received: nothing.',
    });
  });
});

describe('injecting more than there can be', () => {
  it('is refused where a target is beyond all measure; files may be too few for any', async () => {
    const targets = { disgust: 2_000_000_000 };
    await expect(inject(undefined, { source: 'generated', targets })).rejects.toMatchObject({
      code: 'BAD_PARAMS',
      message: 'inject.targets must ask for at most 500,000 new images. Received: 1,999,999,995.',
    });
    const source = join(study.root, 'second');
    writeFiles(source, await photos('disgust', 2));
    expect(await inject(source, { source: 'folder', targets })).toMatchObject({ total: 2 });
  });
});

describe('injecting from AffectNet', () => {
  const HEADER =
    'subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal';
  const line = (path: string, code: number, box = '30,20,20,20'): string =>
    `${path},${box},1;2;3,${code},0.1,0.2`;
  const targets = { angry: 6, disgust: 6, fear: 6, happy: 6, neutral: 6, sad: 6, surprise: 6 };

  it.each([
    ['with a header', HEADER],
    ['without one', undefined],
  ])('maps the codes of its list %s and cuts to the face', async (_, header) => {
    const source = join(study.root, 'affectnet');
    const lines = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((code) => line(`12/${code}.jpg`, code));
    writeFiles(source, [
      ...(await Promise.all(
        [...Array(11).keys()].map(async (i) => [`Images/12/${i}.jpg`, await photo(i)] as const),
      )),
      ['training.csv', [...(header ? [header] : []), ...lines, line('99/gone.jpg', 1)].join('\n')],
    ]);
    const report = await inject(source, { source: 'affectnet', targets, minFaceSize: 20 });
    expect(report.injected).toEqual({
      angry: 1,
      disgust: 1,
      fear: 1,
      happy: 1,
      neutral: 1,
      sad: 1,
      surprise: 1,
    });
    expect(report.skipped).toEqual({
      otherExpression: 4,
      imageMissing: 1,
      imageAmbiguous: 0,
      listedAgain: 0,
    });
    expect(records().map(({ path, source: from, crop }) => [path.split('/')[0], from, crop])).toEqual(
      [
        ['angry', 6],
        ['disgust', 5],
        ['fear', 4],
        ['happy', 1],
        ['neutral', 0],
        ['sad', 2],
        ['surprise', 3],
      ].map(([name, code]) => [name, `Images/12/${code}.jpg`, { left: 30, top: 20, width: 20, height: 20 }]),
    );
    const { pixels } = await decodeGray(readFileSync(join(study.injected, records()[0]?.path ?? '')));
    expect(pixels[24 * 48 + 24]).toBeGreaterThan(210); // the bright square is the face
  });

  it.each([
    ['train_class/class00N', (code: number) => `train_class/class00${code + 1}/x.jpg`],
    ['N', (code: number) => `train/${code}/x.jpg`],
  ])('reads folders %s', async (_, pathOf) => {
    const source = join(study.root, 'affectnet');
    writeFiles(
      source,
      await Promise.all([...Array(8).keys()].map(async (i) => [pathOf(i), await photo(i)] as const)),
    );
    const report = await inject(source, { source: 'affectnet', targets });
    expect(records().map(({ path, source: from }) => [path.split('/')[0], from])).toEqual(
      [
        ['angry', 6],
        ['disgust', 5],
        ['fear', 4],
        ['happy', 1],
        ['neutral', 0],
        ['sad', 2],
        ['surprise', 3],
      ].map(([name, code]) => [name, pathOf(Number(code))]),
    );
    expect(report.skipped).toEqual({ notAnImage: 0, otherClass: 1 });
  });

  it('reads the annotation arrays of the 2021 release, as text or number', async () => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['train_set/images/0.jpg', await photo(0)],
      ['train_set/annotations/0_exp.npy', scalarNpy('<U1', Buffer.from([0x36, 0, 0, 0]))],
      ['train_set/images/1.jpg', await photo(1)],
      ['train_set/annotations/1_exp.npy', scalarNpy('<i8', Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]))],
      ['train_set/images/2.jpg', await photo(2)],
      ['train_set/annotations/2_exp.npy', scalarNpy('<U1', Buffer.from([0x37, 0, 0, 0]))],
    ]);
    const report = await inject(source, { source: 'affectnet', targets });
    expect(records().map(({ path, source: from }) => [path.split('/')[0], from])).toEqual([
      ['angry', 'train_set/images/0.jpg'],
      ['disgust', 'train_set/images/1.jpg'],
    ]);
    expect(report.skipped).toEqual({ otherExpression: 1 });
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'an empty file'],
    ['no array', Buffer.from('no array'), '8 bytes that are no array of NumPy, version 1.0'],
    [
      'a type that cannot be read',
      scalarNpy('<f2', Buffer.from([0, 0x3c])),
      "2 bytes of type '<f2', in which none can be read",
    ],
    [
      'a cut array',
      scalarNpy('<i8', Buffer.from([1, 0, 0])),
      "3 bytes of type '<i8', in which none can be read",
    ],
    ['another number', scalarNpy('<f4', Buffer.from([0, 0, 0, 0x3f])), "0.5 (type '<f4')"],
  ])('says which annotation is %s', async (_, annotation, received) => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['train_set/images/0.jpg', await photo(0)],
      ['train_set/annotations/0_exp.npy', annotation],
    ]);
    await expect(inject(source, { source: 'affectnet', targets })).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: `train_set/annotations/0_exp.npy must hold an expression code from 0 to 10. Received: ${received}.`,
    });
  });

  it('does not take the numbered folders of the annotated release for classes', async () => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['Manually_Annotated_Images/3/a.jpg', await photo(1)],
      ['Manually_Annotated_Images/689/b.jpg', await photo(2)],
    ]);
    await expect(inject(source, { source: 'affectnet', targets })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/needs AffectNet's annotation CSV.*numbered folders up to 689/),
    });
  });

  it('gives each of two lists its own images where these have the same last two parts', async () => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['train_set/1/0001.jpg', await photo(1)],
      ['val_set/1/0001.jpg', await photo(2)],
      ['training.csv', `${HEADER}\n${line('train_set/1/0001.jpg', 1, '0,0,30,30')}`],
      ['validation.csv', `${HEADER}\n${line('val_set/1/0001.jpg', 5, '50,30,30,30')}`],
    ]);
    const report = await inject(source, { source: 'affectnet', targets });
    expect(records().map(({ path, source: from, crop }) => [path.split('/')[0], from, crop])).toEqual([
      ['disgust', 'val_set/1/0001.jpg', { left: 50, top: 30, width: 30, height: 30 }],
      ['happy', 'train_set/1/0001.jpg', { left: 0, top: 0, width: 30, height: 30 }],
    ]);
    expect(report.skipped).toEqual({
      otherExpression: 0,
      imageMissing: 0,
      imageAmbiguous: 0,
      listedAgain: 0,
    });
  });

  it('takes nothing of a line that may mean two images, and counts it', async () => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['train_set/1/0001.jpg', await photo(1)],
      ['val_set/1/0001.jpg', await photo(2)],
      ['val_set/list.csv', line('1/0001.jpg', 5)],
      ['training.csv', `${HEADER}\n${line('1/0001.jpg', 1)}\n${line('0001.jpg', 1)}`],
    ]);
    const report = await inject(source, { source: 'affectnet', targets, minFaceSize: 20 });
    // The list in val_set/ lies beside the image that it means.
    expect(records().map((record) => record.source)).toEqual(['val_set/1/0001.jpg']);
    expect(report.skipped).toEqual({
      otherExpression: 0,
      imageMissing: 0,
      imageAmbiguous: 2,
      listedAgain: 0,
    });
  });

  it('takes its .bmp and .tif files, and cuts them to the face', async () => {
    const source = join(study.root, 'affectnet');
    const gray = [...Array(256).keys()].map((level) => [level, level, level, 0]);
    const rows = [...Array(60).keys()].map((y) => [...Array(60).keys()].map((x) => (x < 30 ? 200 : y)));
    writeFiles(source, [
      ['a/1.bmp', makeBmp({ width: 60, height: 60, bits: 8 }, rows, gray)],
      [
        'a/2.tif',
        await sharp(await photo(2))
          .tiff()
          .toBuffer(),
      ],
      ['training.csv', [HEADER, line('a/1.bmp', 5, '0,0,30,30'), line('a/2.tif', 6)].join('\n')],
    ]);
    const report = await inject(source, { source: 'affectnet', targets, minFaceSize: 20 });
    expect(report.skipped.imageMissing).toBe(0);
    expect(records().map((record) => record.source)).toEqual(['a/2.tif', 'a/1.bmp']);
    const { pixels } = await decodeGray(readFileSync(join(study.injected, records()[1]?.path ?? '')));
    expect(new Set(pixels)).toEqual(new Set([200]));
  });

  it('reads quoted cells, and counts the lines that list an image again', async () => {
    const source = join(study.root, 'affectnet');
    const quoted = (text: string): string => text.replace(/[^,\n]+/g, '"$&"');
    writeFiles(source, [
      ['a/1.jpg', await photo(1)],
      ['training.csv', quoted(`\ufeff${HEADER}\r\n${line('a/1.jpg', 5)}\r\n${line('a/1.jpg', 1)}\r\n`)],
    ]);
    const report = await inject(source, { source: 'affectnet', targets, minFaceSize: 20 });
    expect(records().map((record) => record.path.split('/')[0])).toEqual(['disgust']);
    expect(report.skipped.listedAgain).toBe(1);
  });

  it.each([
    ['', 'DATA_LAYOUT', /^training\.csv:1: the columns .* Received: an empty file$/],
    [
      `${HEADER}\na/1.jpg,0,0,9,9,,42,0,0`,
      'DATA_DAMAGED',
      /^training\.csv:2: .* from 0 to 10 .* and '42'\.$/,
    ],
  ])('refuses a list that says nothing, or no code (%#)', async (list, code, message) => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [['training.csv', list]]);
    await expect(inject(source, { source: 'affectnet', targets })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('names the bad line of a list', async () => {
    const source = join(study.root, 'affectnet');
    writeFiles(source, [
      ['a/1.jpg', await photo(1)],
      ['training.csv', `${HEADER}\n${line('a/1.jpg', 1)}\na/2.jpg,1,2`],
    ]);
    await expect(inject(source, { source: 'affectnet', targets })).rejects.toMatchObject({
      code: 'DATA_DAMAGED',
      message: expect.stringMatching(/^training\.csv:3: /),
    });
  });
});

describe('a face box', () => {
  it('becomes a square inside the image', () => {
    const image = { width: 100, height: 60 };
    expect(squareAround({ left: 10, top: 10, width: 20, height: 30 }, image)).toEqual({
      left: 5,
      top: 10,
      width: 30,
      height: 30,
    });
    expect(squareAround({ left: -20, top: 50, width: 30, height: 30 }, image)).toEqual({
      left: 0,
      top: 30,
      width: 30,
      height: 30,
    });
    expect(squareAround({ left: 0, top: 0, width: 300, height: 10 }, image)).toEqual({
      left: 40,
      top: 0,
      width: 60,
      height: 60,
    });
  });
});

describe('injecting drawn faces', () => {
  it('reaches every target with images unlike each other', async () => {
    const report = await inject(undefined, { source: 'generated', targets: { disgust: 12, sad: 7 } });
    expect(report).toMatchObject({ total: 9, injected: { disgust: 7, sad: 2 }, refused: { duplicate: 0 } });
    expect(
      new Set(listAll(study.injected).map((path) => readFileSync(join(study.injected, path), 'latin1'))).size,
    ).toBe(10);
  });
});

describe('the real second source', () => {
  const archive = join(SHARED, 'data/muxspace-inject.zip');
  it.skipIf(!existsSync(archive))(
    'gives all its 208 faces of disgust and names what is lacking',
    async () => {
      const report = await inject(archive, { source: 'zip', targets: { disgust: 300 } });
      expect(report).toMatchObject({
        total: 208,
        shortfall: { disgust: 87 },
        refused: { tooSmall: 0, unreadable: 0, heldBack: 0, nearDuplicate: 0, duplicate: 0 },
        skipped: { notAnImage: 1, otherClass: 0 },
      });
    },
  );
});

it('an image of the data set itself is no picture to be resized', async () => {
  const source = join(study.root, 'second');
  writeFiles(source, [['disgust/own.png', samplePng(1, 999)]]);
  await inject(source, { source: 'folder', targets: { disgust: 6 } });
  expect(records()[0]).toMatchObject({ crop: null, encoding: ['png', 'png'] });
  expect(readFileSync(join(study.injected, records()[0]?.path ?? '')).equals(samplePng(1, 999))).toBe(true);
});

function scalarNpy(descr: string, data: Buffer): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (), }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${text}\n`), data]);
}
