import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadEngine } from '../../../../src/engine/index.ts';
import { loadDataset } from '../../../../src/fer/data/index.ts';
import { describeEngine, type EngineFacts } from '../../../../src/fer/engine-facts.ts';
import { disposeModel, loadModel, predict } from '../../../../src/fer/models/index.ts';
import { scoreLogits } from '../../../../src/fer/training/loop/scores.ts';
import { sweepTraining, trainCompactNet } from '../../../../src/fer/training/runs/compact-net.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { placesIn, recipeTraining, TINY_TRAINING, tinyCompactTraining, writeTinySplit } from './tiny-data.ts';

function tinyData(train: number, validation: number): string {
  const root = temporaryFolder();
  writeTinySplit(join(root, 'train'), train, 1);
  writeTinySplit(join(root, 'validation'), validation, 2);
  return root;
}

describe('training a compact net', () => {
  beforeAll(async () => {
    await loadEngine({ device: 'cpu' });
  });

  it.each([
    ['resnet', 481_551],
    ['mobilenetv2', 132_935],
  ] as const)(
    '%s: saves the model whose scores it reports, with its steps, and leaves no tensor',
    async (architecture, learnable) => {
      const root = tinyData(42, 14);
      const places = placesIn(root, root);
      const engine = await loadEngine({ device: 'cpu' });
      const before = engine.tf.memory().numTensors;
      const training = { ...tinyCompactTraining, architecture };
      const facts: EngineFacts[] = [];
      const onEngine = (engine: EngineFacts) => void facts.push(engine);
      const { metrics, record } = await trainCompactNet(training, places, { device: 'cpu', onEngine });
      expect(engine.tf.memory().numTensors).toBe(before);

      expect(metrics).toMatchObject({
        architecture,
        initialWeights: 'random',
        parameters: { learnable, trainable: learnable },
        images: { train: 42, validation: 14 },
        epochs: 2,
        steps: 6,
        learningRate: 0.001,
      });
      expect(record).toMatchObject({ resumedAfterEpoch: 0 });
      const { threads, version, reason } = engine;
      const kernels = expect.stringMatching(/^own fused kernels for \S+, else /);
      expect(facts).toEqual([{ device: 'cpu', reason, library: `TensorFlow ${version}`, threads, kernels }]);

      const { model, info } = await loadModel(engine, places.model);
      onTestFinished(() => disposeModel(model));
      expect(info).toMatchObject({
        architecture,
        epochs: metrics.keptEpoch,
        steps: 3 * metrics.keptEpoch,
        seed: 7,
      });
      const validation = loadDataset(places.validation);
      const { logits } = predict(engine, model, validation.images, { preprocessing: info.preprocessing });
      const { loss, accuracy, macroF1 } = scoreLogits(logits, validation.labels);
      expect({ loss, accuracy, macroF1 }).toEqual({
        loss: metrics.validation.loss,
        accuracy: metrics.validation.accuracy,
        macroF1: metrics.validation.macroF1,
      });
      const csv = readFileSync(places.history, 'utf8').trimEnd().split('\n');
      expect(csv).toHaveLength(3);
      expect(csv[metrics.keptEpoch]?.split(',')[2]).toBe(String(loss));
    },
  );

  it('learns: the loss on what it trains on falls', async () => {
    const root = tinyData(42, 14);
    const training = { ...tinyCompactTraining, epochs: 4, dropout: 0, trainLimit: null };
    const places = placesIn(root, root);
    await trainCompactNet(training, places, { device: 'cpu' });
    const losses = readFileSync(places.history, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[1]));
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) - 0.2);
  });

  it('says what to do when the loss leaves the numbers, and leaves no tensor', async () => {
    const root = tinyData(42, 14);
    const engine = await loadEngine({ device: 'cpu' });
    const before = engine.tf.memory().numTensors;
    const training = { ...tinyCompactTraining, optimizer: 'sgd', learningRate: 1e20 } as const;
    await expect(trainCompactNet(training, placesIn(root, root), { device: 'cpu' })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      hint: expect.stringContaining('Lower the learning rate'),
    });
    expect(engine.tf.memory().numTensors).toBe(before);
  });
});

describe('our recipe', () => {
  const outputs = (places: ReturnType<typeof placesIn>): string[] =>
    ['weights.bin', 'model.json', 'model-info.json']
      .map((file) => readFileSync(join(places.model, file), 'base64'))
      .concat(readFileSync(places.history, 'utf8'));

  it('interrupted between image sizes, goes on and ends with the same bytes, the averaged weights its model', async () => {
    const root = tinyData(49, 14);
    const whole = placesIn(root, join(root, 'whole'));
    const { metrics } = await trainCompactNet(recipeTraining, whole, { device: 'cpu' });
    expect(metrics).toMatchObject({ optimizer: 'adamw', epochs: 3, keptEpoch: 3, steps: 12 });

    const cut = placesIn(root, join(root, 'cut'));
    const attempt = trainCompactNet(recipeTraining, cut, {
      device: 'cpu',
      onProgress: ({ text, done }) => {
        if (text === 'epoch 3/3' && done === 2 * 49 + 32) throw new Error('cut off');
      },
    });
    await expect(attempt).rejects.toThrow('cut off');
    const { record } = await trainCompactNet(recipeTraining, cut, { device: 'cpu' });
    expect(record.resumedAfterEpoch).toBe(2);
    expect(outputs(cut)).toEqual(outputs(whole));

    // What was validated is what was saved: the mean, not the weights of the last step.
    const engine = await loadEngine({ device: 'cpu' });
    const { model, info } = await loadModel(engine, whole.model);
    onTestFinished(() => disposeModel(model));
    const validation = loadDataset(whole.validation);
    const { logits } = predict(engine, model, validation.images, { preprocessing: info.preprocessing });
    expect(scoreLogits(logits, validation.labels).loss).toBe(metrics.validation.loss);
    const plain = placesIn(root, join(root, 'plain'));
    const last = await trainCompactNet({ ...recipeTraining, averageDecay: 0 }, plain, { device: 'cpu' });
    expect(last.metrics.train.loss).toBe(metrics.train.loss);
    expect(outputs(plain)[0]).not.toBe(outputs(whole)[0]);
  });

  it('in bfloat16 says so, goes on from its own checkpoints alone, and is scored in float32', async () => {
    const root = tinyData(49, 14);
    const places = placesIn(root, join(root, 'run'));
    await trainCompactNet(recipeTraining, places, { device: 'cpu' });
    const full = outputs(places);
    const facts: EngineFacts[] = [];
    const warnings: string[] = [];
    const training = { ...recipeTraining.training, precision: 'bfloat16' } as const;
    const { metrics } = await trainCompactNet({ ...recipeTraining, training }, places, {
      device: 'cpu',
      onEngine: (engine) => void facts.push(engine),
      onWarning: (text) => void warnings.push(text),
    });
    expect(facts.map(describeEngine)).toEqual([
      expect.stringMatching(/; products in bfloat16(, computed from floats)?$/),
    ]);
    const engine = await loadEngine({ device: 'cpu' });
    const slow = /^This processor has no instructions for bfloat16/;
    expect(warnings).toEqual([
      ...(engine.fused?.multipliesBfloat16 ? [] : [expect.stringMatching(slow)]),
      expect.stringMatching(/checkpoint.* it belongs to another configuration/),
    ]);
    expect(outputs(places)).not.toEqual(full);

    const { model, info } = await loadModel(engine, places.model);
    onTestFinished(() => disposeModel(model));
    const validation = loadDataset(places.validation);
    const { logits } = predict(engine, model, validation.images, { preprocessing: info.preprocessing });
    expect(scoreLogits(logits, validation.labels).loss).toBe(metrics.validation.loss);
  });

  it.each([
    [{ architecture: 'resnet' }, /imageSizes of this training needs a net that takes any size/],
    [
      { training: { ...recipeTraining.training, augmentation: TINY_TRAINING.augmentation } },
      /needs training.augmentation.interpolation: bilinear/,
    ],
    [
      {
        imageSizes: [
          { side: 32, until: 0.5 },
          { side: 40, until: 0.5 },
        ],
      },
      /needs `until` to rise/,
    ],
  ] as const)('refuses smaller images where they cannot be trained on: %o', (change, message) => {
    const places = placesIn('nowhere', 'nowhere');
    const attempt = () =>
      trainCompactNet({ ...recipeTraining, ...change } as typeof recipeTraining, places, { device: 'cpu' });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMS', message: expect.stringMatching(message) }),
    );
  });
});

describe('a training of the sweep', () => {
  const params = {
    seed: 1,
    training: TINY_TRAINING,
    sweep: {
      epochs: 15,
      trainLimit: 512,
      configs: {
        'resnet-a': {
          architecture: 'resnet',
          optimizer: 'sgd',
          learningRate: 0.01,
          dropout: 0,
          weightDecay: 0,
        },
      },
    },
  } as const;

  it('runs all its epochs at one rate and keeps the last', () => {
    expect(sweepTraining('resnet-a', params)).toMatchObject({
      architecture: 'resnet',
      optimizer: 'sgd',
      epochs: 15,
      trainLimit: 512,
      schedule: { kind: 'none', warmupEpochs: 0 },
      earlyStopping: null,
      keep: 'last',
      seed: 1,
    });
  });

  it('is refused for a configuration that is not there', () => {
    expect(() => sweepTraining('resnet-b', params)).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMS', hint: "Did you mean 'resnet-a'?" }),
    );
  });
});
