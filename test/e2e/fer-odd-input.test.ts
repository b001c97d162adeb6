import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/kit/index.ts';
import { drawnPhoto } from '../support/drawn-photo.ts';
import { fer } from '../support/fer.ts';
import { repository } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = temporaryFolder(afterAll);
const shipped = join(repository, 'models/fer2013');
interface Saved {
  classes: string[];
  temperature?: number;
  weightsSha256: string;
}

/** A copy of the shipped model whose info was edited. */
function edited(name: string, change: (info: Saved) => void): string {
  const folder = join(root, name);
  cpSync(shipped, folder, { recursive: true });
  const path = join(folder, 'model-info.json');
  const info: Saved = JSON.parse(readFileSync(path, 'utf8'));
  change(info);
  writeFileSync(path, JSON.stringify(info));
  return folder;
}

beforeAll(async () => {
  const photo = await drawnPhoto({ width: 400, height: 320 }, [{ index: 13, left: 100, top: 30, side: 240 }]);
  writeFileSync(join(root, 'photo.png'), photo);
  const face = sharp(photo).extract({ left: 100, top: 30, width: 240, height: 240 }).resize(48, 48);
  writeFileSync(join(root, 'face.png'), await face.clone().removeAlpha().png().toBuffer());
  writeFileSync(
    join(root, 'face.webp'),
    await face.clone().removeAlpha().webp({ lossless: true }).toBuffer(),
  );
  for (const [name, label] of Object.entries({ surprise: 'a.png', happy: 'b.png' })) {
    mkdirSync(join(root, 'labelled', name), { recursive: true });
    copyFileSync(join(root, 'face.png'), join(root, 'labelled', name, label));
  }
});

describe('fer predict', () => {
  test('takes 48 x 48 for a face in any form', async () => {
    const { stdout, stderr } = await fer(root, 'predict', 'face.png', 'face.webp', '--json');
    const [png, webp] = JSON.parse(stdout);
    expect({ ...webp, file: 'face.png' }).toEqual(png);
    expect(stderr).not.toContain('No face');
  });

  test('leaves hidden files alone, and what archivers leave, also in folders of their own', async () => {
    for (const folder of ['album', 'album/.thumbnails', 'album/__MACOSX']) {
      mkdirSync(join(root, folder));
      copyFileSync(join(root, 'face.png'), join(root, folder, 'face.png'));
    }
    const { stdout } = await fer(root, 'predict', 'album', '--json');
    expect(JSON.parse(stdout).map(({ file }: { file: string }) => file)).toEqual(['album/face.png']);
  });

  test('calls what the system does not let it read unreadable, not unwritable', async () => {
    symlinkSync('loop', join(root, 'loop'));
    const files = await fer(root, 'predict', 'loop');
    expect(files.stderr).toMatch(/^error: Cannot read loop: ELOOP/);
    const folder = await fer(root, 'evaluate', shipped, 'loop');
    expect(folder.stderr).toMatch(/^error: Cannot read loop: ELOOP/);
    mkdirSync(join(root, 'looping'));
    symlinkSync('model-info.json', join(root, 'looping/model-info.json'));
    expect(await fer(root, 'predict', 'face.png', '--model', 'looping')).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/^error: Cannot read looping\/model-info\.json: ELOOP/),
    });
  });

  test('says that a model whose answers are no numbers is damaged', async () => {
    const folder = edited('no-numbers', (info) => {
      const weights = Buffer.alloc(readFileSync(join(shipped, 'weights.bin')).length, 0xff);
      writeFileSync(join(root, 'no-numbers/weights.bin'), weights);
      info.weightsSha256 = digestOf(weights);
    });
    expect(await fer(root, 'predict', 'face.png', '--json', '--model', folder)).toEqual({
      exit: 1,
      stdout: '',
      stderr: `error: The answers of ${folder} should be probabilities. Received: NaN.\nIts training diverged, or its files are damaged: train it again, or take another model.`,
    });
  });

  test('says what is wrong where a folder is named by a file', async () => {
    const model = await fer(root, 'predict', 'face.png', '--model', 'face.png');
    expect(model).toMatchObject({
      exit: 1,
      stderr:
        'error: A saved model needs the file face.png/model-info.json, which does not exist.\nA model is a folder with model.json, weights.bin, model.safetensors, model-info.json.',
    });
    for (const [out, file] of [
      ['face.png', 'it'],
      ['face.png/drawn', 'face.png'],
    ] as const)
      expect(await fer(root, 'predict', 'face.png', '--annotate', out)).toEqual({
        exit: 2,
        stdout: '',
        stderr: `error: The results need a folder: ${out}. Received: ${file} is a file.\nName a folder, or one that is to be made.`,
      });
  });

  test('prints the answers also where a picture from a pipe cannot be read again for its drawing', () => {
    const command = `cat photo.png | '${process.execPath}' '${join(repository, 'bin/fer.js')}' predict /dev/stdin --annotate drawn 2>&1 || echo "exit $?"`;
    const output = execFileSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    const [answer, error, hint, exit] = output.split('\n');
    expect(answer).toMatch(/^\/dev\/stdin +\d+ x \d+ at \d+, \d+ +surprise/);
    expect([error, hint, exit]).toEqual([
      'error: Cannot draw on /dev/stdin: Input Buffer is empty.',
      'A picture is read again for its drawing: name a file that stays as it is, no pipe.',
      'exit 1',
    ]);
  });
});

describe('fer evaluate', () => {
  const scoresOf = async (model: string) =>
    JSON.parse((await fer(root, 'evaluate', model, 'labelled', '--json')).stdout);

  test('compares by the names of the classes, in whatever order the model has them', async () => {
    const { perClass } = await scoresOf(shipped);
    expect(perClass).toMatchObject({ surprise: { recall: 1 }, happy: { recall: 0 } });
    // The logit of surprise is now called happy's, and the reverse.
    const turned = edited('turned', (info) => {
      info.classes = ['angry', 'disgust', 'fear', 'surprise', 'neutral', 'sad', 'happy'];
    });
    expect((await scoresOf(turned)).perClass).toMatchObject({
      surprise: { recall: 0 },
      happy: { recall: 1 },
    });
    const other = edited('other', (info) => {
      info.classes[0] = 'anger';
    });
    expect(await fer(root, 'evaluate', other, 'labelled')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('has no class angry. Received: anger, disgust,'),
    });
  });

  test('measures the log loss of the probabilities that fer predict gives', async () => {
    const [answer] = JSON.parse((await fer(root, 'predict', 'face.png', '--json')).stdout);
    const { surprise, happy } = answer.probabilities;
    const { logLoss } = await scoresOf(shipped);
    expect(logLoss).toBeCloseTo(-(Math.log(surprise) + Math.log(happy)) / 2, 5);
  });

  test('says what of the folder it left alone, and which classes have no image', async () => {
    const data = join(root, 'odd');
    cpSync(join(root, 'labelled'), data, { recursive: true });
    cpSync(join(root, 'labelled/happy'), join(data, 'Joy'), { recursive: true });
    mkdirSync(join(data, 'happy/more'));
    for (const name of ['.DS_Store', 'sad', 'happy/x.webp']) writeFileSync(join(data, name), 'x');
    const { stdout, stderr, exit } = await fer(root, 'evaluate', shipped, 'odd', '--json');
    expect([JSON.parse(stdout).images, exit]).toEqual([2, 0]);
    expect(stderr.split('\n').slice(-2)).toEqual([
      "Left alone, as no class or no JPEG or PNG file: 'Joy', 'happy/more', 'happy/x.webp', 'sad'.",
      'No image of angry, disgust, fear, neutral, sad: the F1 of such a class counts 0 in the macro-F1.',
    ]);
  });

  test('says that a file is no folder of images', async () => {
    const { stderr } = await fer(root, 'evaluate', shipped, 'face.png');
    expect(stderr).toContain('or a folder of images for each class. Received: a file.\n');
  });
});

test('a command that writes a model says that a file is in the way of its folder, before it works', async () => {
  const weights = join(shipped, 'model.safetensors');
  for (const words of [
    ['import-weights', weights, '--model', 'se-resnet-wide'],
    ['publish', 'net'],
  ])
    expect(await fer(root, ...words, '--out', 'face.png/x')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('The results need a folder: face.png/x. Received: face.png is a file.'),
    });
  expect(existsSync(join(root, 'artifacts'))).toBe(false);
});
