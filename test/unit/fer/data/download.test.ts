import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { listRawImages } from '../../../../src/fer/data/raw/index.ts';
import {
  assignSplits,
  type DownloadReport,
  downloadDataset,
  type Params,
} from '../../../../src/fer/index.ts';
import { digestOf } from '../../../../src/kit/index.ts';
import { makeZip } from './support/make-zip.ts';
import {
  downloadParams,
  listAll,
  SHARED,
  sampleFiles,
  samplePixels,
  temporaryFolder,
  writeFiles,
} from './support/samples.ts';
import { HONEST } from './support/study.ts';

const COUNTS = { train: 2, publicTest: 1, privateTest: 1 };
let folder: string;
let out: string;
let warnings: string[];

beforeEach(() => {
  folder = temporaryFolder();
  warnings = [];
  out = join(folder, 'raw');
});

function download(source: string | undefined, changes: Partial<Params['download']>): Promise<DownloadReport> {
  const onWarning = (text: string) => warnings.push(text);
  return downloadDataset({ seed: 42, download: downloadParams(changes), source, out, onWarning });
}

function zipOf(files: Iterable<readonly [string, Uint8Array | string]>, prefix = ''): string {
  const path = join(folder, 'data.zip');
  const entries = [...files].map(([name, data]) => ({
    name: prefix + name,
    data: Buffer.from(data),
    deflate: true,
  }));
  writeFileSync(path, makeZip(entries));
  return path;
}

describe('a data set in class folders', () => {
  it('is copied byte for byte out of an archive, wherever in it the folders are', async () => {
    const files = sampleFiles(COUNTS);
    const report = await download(zipOf(files, 'some/where/'), { source: 'zip' });
    expect(listAll(out)).toEqual([...files.keys(), 'manifest.json'].sort());
    for (const [path, data] of files) expect(readFileSync(join(out, path)).equals(data)).toBe(true);
    expect(report).toEqual({
      source: { kind: 'zip', name: 'data.zip', sha256: digestOf(readFileSync(join(folder, 'data.zip'))) },
      layout: 'folders',
      total: 28,
      images: {
        train: { angry: 2, disgust: 2, fear: 2, happy: 2, neutral: 2, sad: 2, surprise: 2 },
        test: { angry: 2, disgust: 2, fear: 2, happy: 2, neutral: 2, sad: 2, surprise: 2 },
      },
      ignored: { system: 0, notAnImage: 0, outsideLayout: 0 },
    });
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toEqual(report);
  });

  it('is found in an archive whose paths all begin with a dot', async () => {
    expect((await download(zipOf(sampleFiles(COUNTS), './'), { source: 'zip' })).total).toBe(28);
  });

  it('is read from a folder with other words and cases; what is no image of it is counted', async () => {
    const files = new Map(
      [...sampleFiles(COUNTS)].map(
        ([path, data]) =>
          [path.replace('train/happy', 'Train/Happiness').replace('test/', 'TEST/'), data] as const,
      ),
    );
    const source = join(folder, 'mine');
    writeFiles(source, files);
    writeFiles(source, [
      ['Train/Happiness/.DS_Store', 'x'],
      ['__MACOSX/Train/Happiness/._a.jpg', 'x'],
      ['README.txt', 'x'],
      ['Train/contempt/a.jpg', 'x'],
    ]);
    const report = await download(source, { source: 'folder' });
    expect(report.images.train.happy).toBe(2);
    expect(report.ignored).toEqual({ system: 2, notAnImage: 1, outsideLayout: 1 });
    expect(warnings).toEqual(["Left alone: 1 image in folders that are none of a class: 'Train/contempt'."]);
    expect(report.source).toEqual({ kind: 'folder', name: 'mine', sha256: null });
  });

  it('with a validation part keeps that for validation', async () => {
    const files = [...sampleFiles(COUNTS)].map(
      ([path, data]) => [path.replace(/test\/(\w+)\/PublicTest_/, 'validation/$1/im'), data] as const,
    );
    await download(zipOf(files), { source: 'zip' });
    expect(listAll(join(out, 'test/happy'))).toEqual(['PrivateTest_1.png', 'PublicTest_im1.png']);
    const splits = assignSplits(listRawImages(out), HONEST, 1);
    expect([splits.validationRule, splits.validation.length]).toEqual(['names', 7]);
  });

  it('with a validation part tests on all of its test part, also where that was pooled from FER2013', async () => {
    const files = [...sampleFiles(COUNTS)].flatMap(([path, data]) => [
      [path, data] as const,
      ...(path.startsWith('test/')
        ? [[path.replace('test/', 'val/').replace('Private', 'Public'), data] as const]
        : []),
    ]);
    await download(zipOf(new Map(files)), { source: 'zip' });
    expect(listAll(join(out, 'test/happy'))).toEqual([
      'PrivateTest_1.png',
      'PublicTest_PublicTest_1.png',
      'Test_PublicTest_1.png',
    ]);
    const { train, validation, test } = assignSplits(listRawImages(out), HONEST, 1);
    expect([train.length, validation.length, test.length]).toEqual([14, 7, 14]);
  });

  it('is refused with every file that is no image, and nothing of an earlier run is mixed in', async () => {
    writeFiles(out, [['train/angry/old.png', 'old']]);
    const files = sampleFiles(COUNTS);
    files.set('train/happy/Training_1.png', Buffer.from('<html>'));
    files.set('test/sad/PublicTest_1.png', Buffer.alloc(0));
    const path = zipOf(files);
    await expect(download(path, { source: 'zip' })).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: `${path} holds 2 files that are no images:
  test/sad/PublicTest_1.png: a JPEG or PNG was expected. Received: an empty file
  train/happy/Training_1.png: a JPEG or PNG was expected. Received: 6 bytes that begin "<html>"`,
    });
    expect(existsSync(join(out, 'train/angry/old.png'))).toBe(false);
  });

  it('is refused when a class is missing, in train or in test', async () => {
    const files = [...sampleFiles(COUNTS)].filter(([path]) => !/train\/fear|test\/(sad|fear)/.test(path));
    await expect(download(zipOf(files), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/Received: none in train\/fear, test\/fear, test\/sad\.$/),
    });
  });

  it('is refused with the folders that may have been meant where a class is spelt in another way', async () => {
    const spelt = [...sampleFiles(COUNTS)].map(
      ([path, data]) => [path.replace('happy', 'Joy').replace('train/sad', 'train/sad '), data] as const,
    );
    await expect(download(zipOf(spelt, 'a/'), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(
        /none in train\/happy, train\/sad, test\/happy\. Other folders with images: 'a\/test\/Joy', 'a\/train\/Joy', 'a\/train\/sad '\.$/,
      ),
    });
  });

  it('is refused when there are two of them, or none', async () => {
    const files = [...sampleFiles(COUNTS)];
    const twice = [
      ...files.map(([p, d]) => [`a/${p}`, d] as const),
      ...files.map(([p, d]) => [`b/${p}`, d] as const),
    ];
    await expect(download(zipOf(twice), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/in each of 'a', 'b'\.$/),
    });
    await expect(download(zipOf([['a.jpg', 'x']]), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(
        /in a known layout.*Received: 1 file, none of them so; the first is a\.jpg\.$/,
      ),
    });
  });

  it('is refused when the name of an image becomes too long for the disk', async () => {
    const files = sampleFiles(COUNTS);
    const long = `${'x'.repeat(247)}.png`;
    for (const [path, data] of sampleFiles(COUNTS))
      files.set(path.replace(/^test\/(\w+)\/P.*/, 'validation/$1/a.png'), data);
    files.set(`validation/sad/${long}`, files.get('train/sad/Training_1.png') ?? Buffer.alloc(0));
    await expect(download(zipOf(files), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: `An image must have a name that the disk takes, mostly up to 255 bytes. Received: 262 bytes, ${join(out, 'test/sad', `PublicTest_${long}`)}`,
      hint: 'Give the image of that name in the source a shorter one.',
    });
  });

  it('is refused when two images would get one name', async () => {
    const files = sampleFiles(COUNTS);
    files.set('train/Happy/Training_1.png', files.get('train/happy/Training_1.png') ?? Buffer.alloc(0));
    await expect(download(zipOf(files), { source: 'zip' })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message: expect.stringMatching(/train\/Happy\/Training_1\.png and train\/happy\/Training_1\.png\.$/),
    });
  });
});

describe('a data set as CSV', () => {
  const csv = (): string => {
    const rows = ['Training', 'PublicTest', 'PrivateTest'].flatMap((usage) =>
      [0, 1, 2, 3, 4, 5, 6].map((code) => `${code},${samplePixels(code, 1).join(' ')},${usage}`),
    );
    return `emotion,pixels,Usage\n${rows.join('\n')}\n`;
  };

  it('becomes one PNG for each row, named after its usage and row', async () => {
    const path = join(folder, 'fer2013.csv');
    writeFileSync(path, csv());
    const report = await download(path, { source: 'csv' });
    expect([report.layout, report.total]).toEqual(['csv', 21]);
    expect(listAll(join(out, 'train'))).toEqual([
      'angry/Training_00000001.png',
      'disgust/Training_00000002.png',
      'fear/Training_00000003.png',
      'happy/Training_00000004.png',
      'neutral/Training_00000007.png',
      'sad/Training_00000005.png',
      'surprise/Training_00000006.png',
    ]);
  });

  it('is found inside an archive', async () => {
    const files = [
      ['fer2013/fer2013.csv', csv()],
      ['fer2013/README', 'x'],
      ['fer2013/train.csv', 'a,b'],
    ] as const;
    const report = await download(zipOf(files), { source: 'zip' });
    expect([report.layout, report.total, report.ignored]).toEqual(['csv', 21, { otherFiles: 2 }]);
  });
});

describe('drawn faces', () => {
  it('come in three parts with uneven classes, the same for the same seed', async () => {
    const first = await download(undefined, {});
    const bytes = readFileSync(join(out, 'test/happy/PublicTest_00000030.png'));
    expect(first.total).toBe(210);
    expect(first.images.train.happy).toBeGreaterThan(first.images.train.disgust);
    await download(undefined, { generated: { train: 80, validation: 70, test: 70, difficulty: 1 } });
    expect(readFileSync(join(out, 'test/happy/PublicTest_00000030.png')).equals(bytes)).toBe(true);
  });

  it('are refused beyond all measure', async () => {
    const generated = { train: 1_000_000_000, validation: 70, test: 70, difficulty: 1 };
    await expect(download(undefined, { generated })).rejects.toMatchObject({
      code: 'BAD_PARAMS',
      message: 'download.generated must ask for at most 500,000 new images. Received: 1,000,000,140.',
    });
  });
});

describe('a source that cannot be used', () => {
  it.each([
    ['zip', undefined, 'DATA_MISSING', /^download\.path must name a zip file\. Received: nothing\.$/],
    ['csv', '/nowhere/fer2013.csv', 'DATA_MISSING', /does not exist\. Received: \/nowhere\/fer2013\.csv\.$/],
    ['folder', '/nowhere', 'DATA_MISSING', /^download\.path names a folder that does not exist/],
  ] as const)('%s: says which parameter to set (%#)', async (source, path, code, message) => {
    await expect(download(path, { source })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(existsSync(out)).toBe(false);
  });

  it('is refused when its SHA-256 is not the one that was asked for', async () => {
    const path = zipOf(sampleFiles(COUNTS));
    await expect(download(path, { source: 'zip', sha256: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'DATA_CHECKSUM',
    });
    const capitals = digestOf(readFileSync(path)).toUpperCase();
    expect(await download(path, { source: 'zip', sha256: capitals })).toMatchObject({ total: 28 });
  });

  it.each([
    [{ url: null }, 'download.url must be an http or https address. Received: nothing.'],
    [
      { url: 'ftp://example.org/x.zip' },
      'download.url must be an http or https address. Received: ftp://example.org/x.zip.',
    ],
    [
      { url: 'ftp://ada:s3cret@example.org/x.zip?token=t' },
      'download.url must be an http or https address. Received: ftp://example.org/x.zip.',
    ],
    [
      { url: 'https://example.org/x.zip' },
      'download.sha256 must be set for download.source url. Received: nothing.',
    ],
  ])('is refused before any connection when an address lacks something (%#)', async (changes, message) => {
    await expect(download(undefined, { source: 'url', ...changes })).rejects.toMatchObject({
      code: 'BAD_PARAMS',
      message,
    });
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written', async () => {
    chmodSync(folder, 0o500);
    await expect(download(undefined, {})).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
    chmodSync(folder, 0o700);
  });
});

describe('the real FER2013', () => {
  const archive = join(SHARED, 'data/fer2013.zip');
  it.skipIf(!existsSync(archive))('has the counts of the paper', async () => {
    const report = await download(archive, { source: 'zip' });
    expect(report.images).toEqual({
      train: { angry: 3995, disgust: 436, fear: 4097, happy: 7215, neutral: 4965, sad: 4830, surprise: 3171 },
      test: { angry: 958, disgust: 111, fear: 1024, happy: 1774, neutral: 1233, sad: 1247, surprise: 831 },
    });
    const splits = assignSplits(listRawImages(out), HONEST, 1);
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([28_709, 3589, 3589]);
  });
});
