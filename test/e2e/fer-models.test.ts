import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/engine/index.ts';
import { loadDataset } from '../../src/fer/data/index.ts';
import { argmaxRows, classificationReport } from '../../src/fer/evaluation/index.ts';
import { encodeGrayPng } from '../../src/fer/images/index.ts';
import { buildModel, countParameters, disposeModel, predict, saveModel } from '../../src/fer/models/index.ts';
import { CLASSES } from '../../src/fer/params/index.ts';
import { drawnPhoto } from '../support/drawn-photo.ts';
import { fer } from '../support/fer.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { writeTinySplit } from '../unit/fer/training/tiny-data.ts';

/** A saved model and 14 images, packed and as files, with the answers that the library gives. */
const root = temporaryFolder(afterAll);
let probabilities: Float32Array;
let labels: Uint8Array;
beforeAll(async () => {
  writeTinySplit(join(root, 'packed'), 14, 1);
  const { images, labels: own } = loadDataset(join(root, 'packed'));
  labels = own;
  for (const [i, label] of labels.entries()) {
    const pixels = Uint8Array.from({ length: 2304 }, (_, p) => images[i * 6912 + 3 * p] ?? 0);
    const folder = join(root, 'files', CLASSES[label] ?? '');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${i}.png`), encodeGrayPng({ width: 48, height: 48, pixels }));
  }
  const engine = await loadEngine({ device: 'cpu' });
  const model = buildModel(engine, { architecture: 'resnet', dropout: 0, seed: 5 });
  await saveModel(join(root, 'model'), model, {
    architecture: 'resnet',
    preprocessing: 'centered',
    classes: CLASSES,
    parameters: countParameters(model),
    epochs: 0,
    steps: 0,
    seed: 5,
    params: {},
  });
  ({ probabilities } = predict(engine, model, images, { preprocessing: 'centered' }));
  disposeModel(model);
});

describe('fer evaluate', () => {
  test('measures a model on a packed split and on folders of images alike', async () => {
    const packed = await fer(root, 'evaluate', 'model', 'packed', '--json');
    const scores = JSON.parse(packed.stdout);
    const expected = classificationReport(labels, argmaxRows(probabilities, 7), 7);
    expect(scores).toMatchObject({
      architecture: 'resnet',
      images: 14,
      accuracy: expected.accuracy,
      macroF1: expected.macroF1,
      confusion: expected.confusion,
      perClass: { happy: expected.perClass[3] },
    });
    const files = JSON.parse((await fer(root, 'evaluate', 'model', 'files', '--json')).stdout);
    expect({ ...files, logLoss: 0 }).toEqual({ ...scores, logLoss: 0 });
    expect(files.logLoss).toBeCloseTo(scores.logLoss, 6);
  });

  test('prints a table for people, also of copies at another JPEG quality', async () => {
    const { exit, stdout, stderr } = await fer(root, 'evaluate', 'model', 'files', '--jpeg-quality', '75');
    expect(exit).toBe(0);
    expect(stderr).toMatch(/^TensorFlow /);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^resnet on 14 images: accuracy [\d.]+ %, macro-F1 [\d.]+ %, log loss [\d.]+$/);
    expect(lines[2]?.split(/ +/)).toEqual(['class', 'precision', 'recall', 'F1', 'images', 'answers']);
    expect(lines.slice(3).map((line) => line.split(' ')[0])).toEqual([...CLASSES]);
  });

  test('says what a folder without images should hold', async () => {
    expect(await fer(root, 'evaluate', 'model', '.')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining(
        '. should hold images.npy and labels.npy, or a folder of images for each class. Received: files, model, packed.',
      ),
    });
    const { stderr } = await fer(root, 'evaluate', 'files', 'packed');
    expect(stderr).toContain('A saved model needs the file files/model-info.json, which does not exist.');
  });
});

describe('fer predict', () => {
  test('says the classes of images in the order of the files', async () => {
    const names = ['files/angry/0.png', 'files/sad/12.png'];
    const { stdout } = await fer(root, 'predict', ...names, '--model', 'model', '--json');
    const answers: { file: string; class: string; probabilities: Record<string, number> }[] =
      JSON.parse(stdout);
    expect(answers.map(({ file }) => file)).toEqual(names);
    for (const [place, index] of [0, 12].entries()) {
      const row = [...probabilities.subarray(index * 7, index * 7 + 7)];
      expect(Object.keys(answers[place]?.probabilities ?? {})).toEqual([...CLASSES]);
      for (const [k, value] of Object.values(answers[place]?.probabilities ?? {}).entries())
        expect(value).toBeCloseTo(row[k] ?? 0, 5);
      expect(answers[place]?.class).toBe(CLASSES[row.indexOf(Math.max(...row))]);
    }
    const table = await fer(root, 'predict', ...names, '--model', 'model');
    expect(table.stdout).toMatch(/^files\/angry\/0\.png +\w+ +[\d.]+ % +\w+ +[\d.]+ %\nfiles\/sad\/12\.png /);
  });

  test('takes folders for the images in them', async () => {
    const { stdout, stderr } = await fer(root, 'predict', 'files', '--model', 'model', '--json');
    const answers: { file: string; class: string }[] = JSON.parse(stdout);
    expect(answers).toHaveLength(labels.length);
    expect(answers.map(({ file }) => file)).toContain('files/angry/0.png');
    expect(stderr).not.toContain('middle square');
    mkdirSync(join(root, 'links'), { recursive: true });
    symlinkSync('../files/angry/0.png', join(root, 'links', 'one.png'));
    symlinkSync('nowhere.png', join(root, 'links', 'two.png'));
    const linked = await fer(root, 'predict', 'links', '--model', 'model', '--json');
    expect(JSON.parse(linked.stdout)).toHaveLength(1);
    mkdirSync(join(root, 'empty'), { recursive: true });
    expect(await fer(root, 'predict', 'empty', '--model', 'model')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('The folder empty holds no JPEG or PNG file.'),
    });
  });

  test('says that of a photograph without a face the middle square is answered', async () => {
    const pixels = new Uint8Array(100 * 60).map((_, i) => i % 251);
    writeFileSync(join(root, 'photo.png'), encodeGrayPng({ width: 100, height: 60, pixels }));
    const { exit, stderr } = await fer(root, 'predict', 'photo.png', 'files', '--model', 'model');
    expect([exit, stderr]).toEqual([
      0,
      expect.stringContaining('No face was found: in 1 picture the middle square is answered, whole.'),
    ]);
  });

  test('answers every face of a picture, says where it is, and draws it', async () => {
    const placed = [
      { index: 7, left: 40, top: 60, side: 160 },
      { index: 8, left: 300, top: 40, side: 160 },
    ];
    writeFileSync(join(root, 'group.png'), await drawnPhoto({ width: 500, height: 300 }, placed));
    const words = ['predict', 'group.png', '--model', 'model', '--annotate', 'drawn'];
    const { stdout, stderr } = await fer(root, ...words);
    expect(stderr).not.toContain('No face');
    expect(stdout).toMatch(/^group\.png +(\d+) x \1 at \d+, \d+ +\w+ +[\d.]+ % .*\ngroup\.png +\d+ x/);
    const { data, info } = await sharp(join(root, 'drawn/group.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([500, 300]);
    const orange = Array.from({ length: info.width * info.height }, (_, i) =>
      [0, 1, 2].map((c) => data[info.channels * i + c]).join() === '230,159,0' ? 1 : 0,
    ).reduce<number>((sum, one) => sum + one, 0);
    expect(orange).toBeGreaterThan(500);
    const faces: { face: { side: number } }[] = JSON.parse(
      (await fer(root, 'predict', 'group.png', '--model', 'model', '--json')).stdout,
    );
    expect(faces.map(({ face }) => Math.round(face.side / 160))).toEqual([1, 1]);
  });

  test('answers what is a picture, then names the files that are none, with exit code 1', async () => {
    writeFileSync(join(root, 'text.png'), 'not an image');
    const args = ['text.png', 'files', '--model', 'model', '--annotate', 'some'] as const;
    const { exit, stdout, stderr } = await fer(root, 'predict', ...args, '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toHaveLength(14);
    expect(readdirSync(join(root, 'some'))).toHaveLength(14);
    expect(stderr).toMatch(
      /^error: No answer for 1 file, which cannot be read as a picture:\n {2}text\.png: .+\nLeave out /,
    );
    const none = { exit: 1, stdout: '', stderr: expect.stringMatching(/^error: No answer for 1 file, /) };
    expect(await fer(root, 'predict', 'text.png', '--model', 'model')).toMatchObject(none);
  });
});
