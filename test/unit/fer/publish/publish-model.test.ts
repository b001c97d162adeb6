import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine, parseSafetensors } from '../../../../src/engine/index.ts';
import { evaluationMetrics } from '../../../../src/fer/evaluation/index.ts';
import {
  buildModel,
  countParameters,
  disposeModel,
  loadModel,
  type ModelInfo,
  predict,
  saveModel,
} from '../../../../src/fer/models/index.ts';
import { CLASSES } from '../../../../src/fer/params/index.ts';
import { publishModel } from '../../../../src/fer/publish/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

/** What a finished pipeline has of one model, of which each class was answered rightly once and wrongly once. */
async function project(
  source: string,
  { total = 35_887, packed = {}, training = {} } = {},
): Promise<{ root: string; info: ModelInfo }> {
  const root = temporaryFolder();
  const model = buildModel(engine, { architecture: 'se-resnet', dropout: 0, seed: 3 });
  const info: ModelInfo = {
    architecture: 'se-resnet',
    preprocessing: 'standardized',
    classes: CLASSES,
    parameters: countParameters(model),
    epochs: 2,
    steps: 10,
    seed: 3,
    params: {},
  };
  for (const folder of ['models', 'evaluation'])
    await saveModel(join(root, 'artifacts', folder, 'net'), model, info);
  disposeModel(model);
  const labels = Uint8Array.from({ length: 14 }, (_, i) => i % 7);
  const logits = Float32Array.from({ length: 98 }, (_, at) =>
    at % 7 === (Math.floor(at / 7) < 7 ? Math.floor(at / 7) : 0) ? 2 : 0,
  );
  const sure = { accuracy: 0.5, macroF1: 0.5, accuracyChange: 0, largestShare: 0.5 };
  const evaluation = evaluationMetrics(
    {
      info,
      multiplyAdds: 49_100_000,
      labels,
      probabilities: logits.map((z) => Math.exp(z) / (Math.exp(2) + 6)),
      logits,
      validation: { labels, logits },
      embedding: { units: 64, active: 60 },
      canary: { asIs: { ...sure, predicted: [1, 1, 1, 1, 1, 1, 1] }, qualities: [], alarms: [] },
      origins: CLASSES,
    },
    {
      viewSets: {},
      bootstrapSamples: 20,
      confidence: 0.95,
      calibrationBins: 5,
      canaryQualities: [],
      collapseShare: 1,
    },
    1,
  );
  const write = (name: string, value: unknown): void => {
    const path = join(root, 'reports/metrics', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(value));
  };
  write('evaluate/net.json', evaluation);
  write('train/net.json', {
    images: { train: 28_005, validation: 3_589 },
    batchSize: 128,
    epochs: 50,
    ...training,
  });
  write('download.json', { source: { kind: source, name: 'faces.zip' }, total });
  const clean = { dropped: { testDuplicates: 704 }, audit: { heldBackInTrain: 0 } };
  const splits = { train: { origins: { original: 28_005, injected: 0, augmented: 0 } } };
  write('to-rgb.json', { validationRule: 'names', splits, ...clean, ...packed });
  return { root, info };
}

const publish = (root: string, precision: 'float32' | 'float16' = 'float16') =>
  publishModel({ project: root, name: 'net', out: join(root, 'out'), precision, device: 'cpu' });

describe('publishing a model', () => {
  test('halves its files, keeps its answers, and gives it the temperature of validation', async () => {
    const { root } = await project('zip');
    const { files } = await publish(root);
    expect(files).toEqual(['model.json', 'weights.bin', 'model.safetensors', 'model-info.json', 'README.md']);
    const size = (folder: string, file: string): number => statSync(join(root, folder, file)).size;
    expect(size('out', 'weights.bin')).toBe(size('artifacts/models/net', 'weights.bin') / 2);
    expect(files.reduce((sum, file) => sum + size('out', file), 0)).toBeLessThan(2_500_000);

    const images = Uint8Array.from({ length: 2 * 48 * 48 * 3 }, (_, i) => (Math.floor(i / 3) * 37) % 256);
    const answers = [];
    for (const folder of ['out', 'artifacts/models/net']) {
      const { model, info } = await loadModel(engine, join(root, folder));
      answers.push({ info, ...predict(engine, model, images, info) });
      disposeModel(model);
    }
    const [published, original] = answers;
    expect(original?.info.temperature).toBeUndefined();
    expect(published?.info.temperature).toBeGreaterThan(0.5);
    for (const [i, logit] of (published?.logits ?? []).entries())
      expect(Math.abs(logit - (original?.logits[i] ?? Number.NaN))).toBeLessThan(0.01);

    const path = join(root, 'out/model.safetensors');
    const tensors = parseSafetensors(readFileSync(path), path);
    const kernel = tensors.get('logits/kernel');
    expect(kernel?.shape).toEqual([112, 7]);
    expect(kernel?.values()).toHaveLength(784);
  });

  test('refuses halves for a variance that none can hold, and writes nothing', async () => {
    const { root } = await project('zip');
    const folder = join(root, 'artifacts/models/net');
    const { model, info } = await loadModel(engine, folder);
    const variance = model.layers.flatMap((layer) => layer.weights).find(({ name }) => /variance/.test(name));
    variance?.write(engine.tf.fill([...variance.shape] as number[], 65_520));
    await saveModel(folder, model, info);
    disposeModel(model);
    copyFileSync(join(folder, 'model-info.json'), join(root, 'artifacts/evaluation/net/model-info.json'));
    await expect(publish(root)).rejects.toMatchObject({
      code: 'BAD_WEIGHTS',
      message:
        'Weights that are stored as float16 must be below 65520 in size. Received: 65520 in stem/bn/moving_variance.',
    });
    expect(existsSync(join(root, 'out'))).toBe(false);
    await publish(root, 'float32');
    const published = await loadModel(engine, join(root, 'out'));
    disposeModel(published.model);
  });

  test('writes a card with the measured figures, the data and what it is not for', async () => {
    const { root } = await project('zip');
    await publish(root);
    const card = readFileSync(join(root, 'out/README.md'), 'utf8');
    expect(card).toContain('| size | 383,381 parameters, 49.1 million multiply-adds for an image |');
    expect(card).toMatch(/\| one view \| \*\*57\.1\*\* \([\d.]+–[\d.]+\) \|/);
    expect(card).toContain('FER2013 (Goodfellow et al., 2013)');
    expect(card).toContain('Trained on 28,005 images, 50 epochs in batches of 128');
    expect(card).toContain('| architecture | se-resnet, trained from random weights |');
    expect(card).toContain('(704) were taken out of the training part before training.');
    expect(card).toContain('chosen on 3,589 validation images; the test images were read once.');
    expect(card).toMatch(/at the temperature \d\.\d{3}, which validation chose/);
    expect(card).toContain(
      'rare in pictures found by web search around 2012.\n- Disgust is rare in the data',
    );
    expect(card).not.toContain('added to it');
    expect(card).toContain('## Not for');
    const drawn = await project('generated');
    await publish(drawn.root);
    const other = readFileSync(join(drawn.root, 'out/README.md'), 'utf8');
    expect(other).toContain('Drawn faces');
    expect(other).not.toContain('FER2013');
  });

  test('says of the data and the protocol what was done, not what should be', async () => {
    const { root } = await project('folder', {
      total: 1_000,
      packed: {
        validationRule: 'test-files',
        dropped: { testDuplicates: 0 },
        audit: { heldBackInTrain: 568 },
        splits: { train: { origins: { original: 900, injected: 117, augmented: 1_600 } } },
      },
      training: { initialWeights: 'imagenet' },
    });
    await publish(root);
    const card = readFileSync(join(root, 'out/README.md'), 'utf8');
    expect(card).toContain('| architecture | se-resnet, trained from ImageNet weights |');
    expect(card).toContain('Faces of the source `faces.zip`, 1,000 images.');
    expect(card).toContain('568 pictures of the validation and test parts are in the training part, too.');
    expect(card).toContain(
      'chosen on the 3,589 test images themselves, so that the figures below are too good.',
    );
    expect(card).toContain(
      ' The training part had 117 images of a second source and 1,600 that were made from others added to it.',
    );
    // Nothing that was said of FER2013 alone.
    expect(card).toContain('Expect it to be worse for whoever is rare in the data.');
    expect(card).not.toMatch(/FER2013|Goodfellow|2012|Disgust is rare/);
  });

  test('never writes its card over a README of somebody else, but over its own', async () => {
    const { root } = await project('zip');
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out/README.md'), '# Mine');
    await expect(publish(root)).rejects.toMatchObject({
      code: 'USAGE',
      message: `The model's card would take the place of ${join(root, 'out/README.md')}.`,
      hint: 'Name another folder for --out: a new one, or one with an earlier card and model.',
    });
    expect(readdirSync(join(root, 'out'))).toEqual(['README.md']);
    rmSync(join(root, 'out'), { recursive: true });
    await publish(root);
    await publish(root, 'float32');
    expect(readFileSync(join(root, 'out/README.md'), 'utf8')).toContain('numbers as float32');
  });

  test('refuses the figures of the model that was there before another training', async () => {
    const { root, info } = await project('zip');
    // The same net, epochs and steps: only the weights are others.
    const again = buildModel(engine, { architecture: 'se-resnet', dropout: 0, seed: 4 });
    await saveModel(join(root, 'artifacts/models/net'), again, info);
    disposeModel(again);
    const refusal = (received: string) => ({
      code: 'DATA_DAMAGED',
      message: `The figures in reports/metrics/evaluate/net.json may be those of another model. Expected the model-info.json in artifacts/evaluation/net to be that of artifacts/models/net. Received: ${received}.`,
      hint: 'Measure this one first: npx ferment repro evaluate@net',
    });
    await expect(publish(root)).rejects.toMatchObject(refusal('that of another training'));
    rmSync(join(root, 'artifacts/evaluation'), { recursive: true });
    await expect(publish(root)).rejects.toMatchObject(refusal('none'));
    expect(existsSync(join(root, 'out'))).toBe(false);
  });

  test('says in the card whether figures were measured before the numbers were rounded, and no temperature where none is', async () => {
    const { root } = await project('zip');
    const card = async (precision: 'float32' | 'float16') => {
      await publish(root, precision);
      return readFileSync(join(root, 'out/README.md'), 'utf8');
    };
    const rounded = ', measured before the weights were rounded to float16:';
    expect(await card('float16')).toContain(rounded);
    expect(await card('float32')).not.toContain('rounded');
    expect(await card('float32')).toContain('softmax of logits / temperature (`model-info.json`) gives');
    const path = join(root, 'reports/metrics/evaluate/net.json');
    const { temperature: _, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(rest));
    const without = await card('float32');
    expect(without).toContain('softmax of logits gives probabilities');
    expect(without).not.toContain('temperature');
  });

  test('needs the figures', async () => {
    const { root } = await project('zip');
    await expect(
      publishModel({ project: root, name: 'other', out: 'x', precision: 'float16', device: 'cpu' }),
    ).rejects.toMatchObject({
      code: 'DATA_MISSING',
      hint: 'A model is published with its figures: run train and evaluate of it first.',
    });
  });
});
