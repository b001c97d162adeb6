import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeGrayPng } from '../../../../src/fer/images/index.ts';
import {
  augmentImages,
  CLASSES,
  type Dataset,
  injectImages,
  loadDataset,
  type PackReport,
  type Params,
  packSplits,
  readNpy,
  writeNpy,
} from '../../../../src/fer/index.ts';
import { samplePixels, samplePng, writeFiles } from './support/samples.ts';
import {
  augmentParams,
  HONEST,
  injectNothing,
  injectParams,
  makeStudy,
  type Study,
  toRgbParams,
} from './support/study.ts';

let study: Study;
let warnings: string[];

beforeEach(async () => {
  study = makeStudy();
  warnings = [];
  await injectNothing(study);
  await augmentNothing();
});

async function augmentNothing(): Promise<void> {
  await augmentImages({
    seed: 1,
    split: HONEST,
    augment: augmentParams({}),
    images: study.raw,
    injected: study.injected,
    out: study.augmented,
  });
}

function pack(
  toRgb: Partial<Params['to-rgb']> = {},
  { split = HONEST, seed = 1 }: { split?: Params['split']; seed?: number } = {},
): Promise<PackReport> {
  return packSplits({
    seed,
    split,
    toRgb: toRgbParams(toRgb),
    images: study.raw,
    injected: study.injected,
    augmented: study.augmented,
    outs: study.outs,
    onWarning: (text) => warnings.push(text),
  });
}

function keysOf({ images, count }: Dataset): string[] {
  return Array.from({ length: count }, (_, i) =>
    createHash('sha256')
      .update(images.subarray(i * 6912, (i + 1) * 6912))
      .digest('hex'),
  );
}

describe('packed splits', () => {
  it('hold every image as three equal channels, in the order of labels, then names', async () => {
    const report = await pack();
    const train = loadDataset(study.outs.train);
    expect([
      train.count,
      loadDataset(study.outs.validation).count,
      loadDataset(study.outs.test).count,
    ]).toEqual([35, 14, 14]);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((label) => new Array(5).fill(label)));
    expect(train.provenance.map(({ source }) => source)).toEqual(
      CLASSES.flatMap((name) => [1, 2, 3, 4, 5].map((i) => `train/${name}/Training_${i}.png`)),
    );
    const gray = samplePixels(0, 0);
    expect(train.images.subarray(0, 6912)).toEqual(
      Uint8Array.from({ length: 6912 }, (_, i) => gray[Math.floor(i / 3)] ?? 0),
    );
    expect(report.splits.train).toMatchObject({
      total: 35,
      classes: { angry: 5, surprise: 5 },
      origins: { original: 35, injected: 0, augmented: 0 },
      jpegQuality: null,
      reencoded: 0,
      pixelDigest: createHash('sha256').update(train.images).digest('hex'),
    });
    expect(report.splits.train.gray.mean).toBeCloseTo(
      train.images.reduce((a, b) => a + b, 0) / train.images.length,
      3,
    );
    const ofLastClass = train.images.subarray(30 * 6912);
    expect(report.splits.train.classGray.surprise.mean).toBeCloseTo(
      ofLastClass.reduce((a, b) => a + b, 0) / ofLastClass.length,
      3,
    );
    expect([report.validationRule, report.dropped]).toEqual(['names', { testDuplicates: 0, blank: 0 }]);
  });

  it('are the same bytes when they are packed again', async () => {
    const bytes = (): string[] =>
      Object.values(study.outs).flatMap((out) =>
        ['images.npy', 'labels.npy', 'provenance.json'].map((name) =>
          readFileSync(join(out, name), 'latin1'),
        ),
      );
    const first = await pack();
    const before = bytes();
    expect(await pack()).toEqual(first);
    expect(bytes()).toEqual(before);
  });

  it('say where injected and augmented images came from', async () => {
    await injectImages({
      seed: 1,
      split: HONEST,
      inject: injectParams({ source: 'generated', targets: { disgust: 6 } }),
      images: study.raw,
      source: undefined,
      out: study.injected,
    });
    await augmentImages({
      seed: 1,
      split: HONEST,
      augment: augmentParams({ targets: { disgust: 8 } }),
      images: study.raw,
      injected: study.injected,
      out: study.augmented,
    });
    const report = await pack();
    const { provenance, labels } = loadDataset(study.outs.train);
    const disgust = provenance.filter((_, i) => labels[i] === 1);
    expect(disgust.map(({ origin }) => origin)).toEqual([
      ...new Array(5).fill('original'),
      'injected',
      'augmented',
      'augmented',
    ]);
    expect(disgust[5]).toEqual({
      origin: 'injected',
      source: expect.stringMatching(/^injected\/disgust\/Injected_drawn-\d+_[0-9a-f]{8}\.png$/),
      encoding: ['drawn', 'gray', expect.stringMatching(/^resize (\d+)x\1 to 48x48$/), 'png'],
    });
    expect(disgust[7]).toEqual({
      origin: 'augmented',
      source: expect.stringMatching(/^augmented\/disgust\/Augmented_/),
      parent: expect.stringMatching(/^(train|injected)\/disgust\//),
      encoding: ['png'],
    });
    expect(report.splits.train.classOrigins.disgust).toEqual({ original: 5, injected: 1, augmented: 2 });
    expect(report.splits.test.origins).toEqual({ original: 14, injected: 0, augmented: 0 });
  });

  it('never share a pixel pattern between train and what is held back, whatever was copied where', async () => {
    const copy = fc.record({
      from: fc.record({
        part: fc.constantFrom('PublicTest', 'PrivateTest', 'Training'),
        label: fc.nat({ max: 6 }),
        number: fc.constantFrom(1, 2),
      }),
      label: fc.nat({ max: 6 }),
      number: fc.integer({ min: 6, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(copy, { maxLength: 8 }), async (copies) => {
        study = makeStudy();
        for (const { from, label, number } of copies) {
          const folder = from.part === 'Training' ? 'train' : 'test';
          const bytes = readFileSync(
            join(study.raw, folder, CLASSES[from.label] ?? '', `${from.part}_${from.number}.png`),
          );
          writeFiles(study.raw, [[`train/${CLASSES[label]}/Training_${number}.png`, bytes]]);
        }
        await injectNothing(study);
        await augmentImages({
          seed: 1,
          split: HONEST,
          augment: augmentParams({ targets: { disgust: 12 } }),
          images: study.raw,
          injected: study.injected,
          out: study.augmented,
        });
        const report = await pack();
        const heldBack = new Set([
          ...keysOf(loadDataset(study.outs.validation)),
          ...keysOf(loadDataset(study.outs.test)),
        ]);
        expect(keysOf(loadDataset(study.outs.train)).filter((key) => heldBack.has(key))).toEqual([]);
        expect(report.audit.heldBackInTrain).toBe(0);
      }),
      { numRuns: 5 },
    );
  });

  it('hold part of train out where the names tell nothing, and drop its doubles from train', async () => {
    rmSync(join(study.raw, 'test'), { recursive: true });
    for (const [label, name] of CLASSES.entries())
      writeFiles(study.raw, [[`test/${name}/a.png`, samplePng(label, 500 + label)]]);
    writeFiles(
      study.raw,
      [1, 2, 3, 4, 5].map(
        (i) =>
          [
            `train/sad/Copy_${i}.png`,
            readFileSync(join(study.raw, `train/happy/Training_${i}.png`)),
          ] as const,
      ),
    );
    const report = await pack();
    expect([report.validationRule, report.splits.validation.total, report.splits.test.total]).toEqual([
      'held-out',
      7,
      7,
    ]);
    expect(report.dropped.testDuplicates).toBeGreaterThan(0);
    expect(report.audit.heldBackInTrain).toBe(0);
  });
});

describe('the audit', () => {
  it('counts doubles, contradictions and blank images, and drops only what it is told to', async () => {
    const twin = readFileSync(join(study.raw, 'train/happy/Training_1.png'));
    const leaked = readFileSync(join(study.raw, 'test/fear/PrivateTest_1.png'));
    const blank = encodeGrayPng({ width: 48, height: 48, pixels: new Uint8Array(2304) });
    writeFiles(study.raw, [
      ['train/happy/Training_6.png', twin],
      ['train/sad/Training_6.png', twin],
      ['train/angry/Training_6.png', leaked],
      ['train/angry/Training_7.png', blank],
    ]);
    const kept = await pack({ dropTestDuplicates: false, dropBlank: false });
    expect([kept.dropped, kept.audit]).toEqual([
      { testDuplicates: 0, blank: 0 },
      {
        duplicatesInTrain: 2,
        conflictGroupsInTrain: 1,
        conflictingImagesInTrain: 3,
        conflictGroups: 2,
        heldBackInTrain: 1,
        blank: 1,
      },
    ]);
    const clean = await pack();
    expect([clean.dropped, clean.splits.train.total]).toEqual([{ testDuplicates: 1, blank: 1 }, 37]);
    expect(clean.audit).toMatchObject({ conflictGroups: 1, heldBackInTrain: 0, blank: 0 });
    // Dropped from train or not: figures without it can be given.
    const inTrain = loadDataset(study.outs.test).provenance.filter((image) => image.inTrain === true);
    expect(inTrain.map(({ source }) => source)).toEqual(['test/fear/PrivateTest_1.png']);
  });
});

describe("the paper's protocol", () => {
  const PAPER = { ...HONEST, protocol: 'paper' } as const;

  it('packs all test files twice, as validation and as test', async () => {
    const report = await pack({}, { split: PAPER });
    expect([report.validationRule, report.splits.validation.total]).toEqual(['test-files', 28]);
    expect(report.splits.validation.pixelDigest).toBe(report.splits.test.pixelDigest);
  });

  it('sends JPEG sources, and only them, through JPEG again, and warns when the splits differ', async () => {
    const jpeg = await sharp(samplePixels(3, 900), { raw: { width: 48, height: 48, channels: 1 } })
      .toColourspace('b-w')
      .jpeg({ quality: 95 })
      .toBuffer();
    writeFiles(study.raw, [['train/happy/Training_6.jpg', jpeg]]);
    await pack({}, { split: PAPER });
    const plain = loadDataset(study.outs.train);
    const report = await pack({ jpegQuality: { train: 75, validation: 75, test: 75 } }, { split: PAPER });
    const again = loadDataset(study.outs.train);
    expect([report.splits.train.reencoded, report.splits.test.reencoded, warnings]).toEqual([1, 0, []]);
    const changed = again.provenance.flatMap(({ source, encoding }, i) => {
      const own = [plain, again].map(({ images }) => Buffer.from(images.subarray(i * 6912, (i + 1) * 6912)));
      return own[0]?.equals(own[1] ?? own[0]) ? [] : [{ source, encoding }];
    });
    expect(changed).toEqual([{ source: 'train/happy/Training_6.jpg', encoding: ['jpeg', 'jpeg-q75'] }]);
    await pack({ jpegQuality: { train: 75, validation: 75, test: null } }, { split: PAPER });
    expect(warnings).toEqual([
      'to-rgb.jpegQuality differs between the splits (train 75, validation 75, test null): a model then reads the encoding instead of the face.',
    ]);
  });

  it('says that a quality changes nothing where no image is a JPEG, and does not warn of what it does', async () => {
    const nothing =
      'to-rgb.jpegQuality changes nothing: of the splits that it is set for, no image comes from a JPEG.';
    await pack({ jpegQuality: { train: 75, validation: null, test: null } });
    await pack({ jpegQuality: { train: 75, validation: 75, test: 75 } });
    expect(warnings).toEqual([nothing, nothing]);
  });
});

describe('sources of another form', () => {
  it('are turned gray, cut and resized, and counted', async () => {
    const photo = await sharp({ create: { width: 96, height: 64, channels: 3, background: '#204060' } })
      .png()
      .toBuffer();
    writeFiles(study.raw, [['train/happy/photo.png', photo]]);
    const report = await pack({ dropBlank: false });
    expect(report.converted).toEqual({ colour: 1, resized: 1 });
    const { provenance, images } = loadDataset(study.outs.train);
    const index = provenance.findIndex(({ source }) => source === 'train/happy/photo.png');
    expect(provenance[index]?.encoding).toEqual(['png', 'gray', 'resize 96x64 to 48x48']);
    expect([...images.subarray(index * 6912, index * 6912 + 3)]).toEqual([58, 58, 58]);
  });

  it('that are no images are named all at once, in every split', async () => {
    writeFiles(study.raw, [
      ['train/happy/Training_7.png', samplePng(3, 1).subarray(0, 900)],
      ['test/sad/PublicTest_8.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ]);
    await expect(pack()).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: expect.stringMatching(
        /holds 2 files that are no images:\n {2}train\/happy\/Training_7\.png: .*\n {2}test\/sad\/PublicTest_8\.jpg: /,
      ),
    });
  });

  it('that leave a class empty after cleaning are refused', async () => {
    const leaked = readFileSync(join(study.raw, 'test/fear/PrivateTest_1.png'));
    writeFiles(
      study.raw,
      [1, 2, 3, 4, 5].map((i) => [`train/fear/Training_${i}.png`, leaked] as const),
    );
    await expect(pack()).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/Received: none of fear\.$/),
    });
  });
});

describe('loading a packed split', () => {
  beforeEach(async () => {
    await pack();
  });

  it('refuses arrays that do not belong together', () => {
    writeNpy(join(study.outs.test, 'labels.npy'), { dtype: 'uint8', shape: [3], data: new Uint8Array(3) });
    expect(() => loadDataset(study.outs.test)).toThrow(/shape \[14\] was expected\. Received: \[3\]/);
    writeNpy(join(study.outs.test, 'labels.npy'), {
      dtype: 'uint8',
      shape: [14],
      data: new Uint8Array(14).fill(7),
    });
    expect(() => loadDataset(study.outs.test)).toThrow(/labels from 0 to 6 were expected\. Received: 7 at 0/);
  });

  it('refuses a provenance that is missing, damaged or too short', () => {
    const path = join(study.outs.test, 'provenance.json');
    writeFileSync(path, '{"images":[]}');
    expect(() => loadDataset(study.outs.test)).toThrow(expect.objectContaining({ code: 'BAD_ARRAY' }));
    for (const text of ['{"images":', '[]', 'null']) {
      writeFileSync(path, text);
      expect(() => loadDataset(study.outs.test)).toThrow(expect.objectContaining({ code: 'DATA_DAMAGED' }));
    }
    rmSync(path);
    expect(() => loadDataset(study.outs.test)).toThrow(expect.objectContaining({ code: 'DATA_DAMAGED' }));
    expect(readNpy(join(study.outs.test, 'labels.npy')).shape).toEqual([14]);
  });
});
