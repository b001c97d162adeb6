import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTrainer, type Engine, type LayersModel, loadEngine } from '../../../../src/engine/index.ts';
import { loadDataset } from '../../../../src/fer/data/index.ts';
import { buildModel, disposeModel, loadModel, predict } from '../../../../src/fer/models/index.ts';
import { createFeatureLearner } from '../../../../src/fer/training/baseline/feature-learner.ts';
import { splitAtFrozen } from '../../../../src/fer/training/baseline/split-model.ts';
import { takeGray } from '../../../../src/fer/training/learners/gray-images.ts';
import { scoreLogits } from '../../../../src/fer/training/loop/scores.ts';
import { trainBaseline } from '../../../../src/fer/training/runs/baseline.ts';
import type { TrainingPlaces } from '../../../../src/fer/training/runs/run-training.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { CONSTANT_RATE, placesIn, writeTinySplit } from './tiny-data.ts';

const baseline = {
  weights: undefined,
  seed: 1,
  epochs: 1,
  trainLimit: null,
  batchSize: 7,
  learningRate: 1e-4,
  dropout: 0.5,
  preprocessing: 'caffe',
  schedule: CONSTANT_RATE,
  earlyStopping: null,
  keep: 'best-loss',
} as const;

let engine: Engine;
/** Initial weights; the last test trains it. */
let fresh: LayersModel;

beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
  fresh = buildModel(engine, { architecture: 'vgg16', dropout: 0.5, seed: 1 });
});

afterAll(() => disposeModel(fresh));

function tinyPlaces(): TrainingPlaces {
  const root = temporaryFolder();
  writeTinySplit(join(root, 'train'), 14, 1);
  writeTinySplit(join(root, 'validation'), 7, 2);
  return { ...placesIn(root, root), checkpoint: undefined };
}

function kernelBytes(of: LayersModel, layer: string): Buffer {
  const values = of.getLayer(layer).getWeights()[0]?.dataSync<'float32'>() ?? new Float32Array(0);
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

// Two minutes, because 15 million weights are drawn, trained, written and read, and two cores may be busy.
describe('training the baseline', { timeout: 120_000 }, () => {
  it('on cached features saves the model whose scores it reports, frozen layers untouched, and leaves no tensor', async () => {
    const places = tinyPlaces();
    const tensors = engine.tf.memory().numTensors;
    const progress: string[] = [];
    const { metrics } = await trainBaseline({ ...baseline, augmentation: 'flip' }, places, {
      device: 'cpu',
      onProgress: ({ text, done, total }) => progress.push(`${text} ${done}/${total}`),
    });
    expect(engine.tf.memory().numTensors).toBe(tensors);
    expect(progress).toEqual([
      'features of the frozen layers 14/35',
      'features of the frozen layers 28/35',
      'features of the frozen layers 35/35',
      'epoch 1/1 7/14',
      'epoch 1/1 14/14',
    ]);
    expect(metrics).toMatchObject({
      architecture: 'vgg16',
      initialWeights: 'random',
      parameters: { learnable: 14_734_663, moving: 1_216, trainable: 7_099_399 },
      epochs: 1,
      steps: 2,
    });

    const { model } = await loadModel(engine, places.model);
    onTestFinished(() => disposeModel(model));
    const isFresh = (layer: string): boolean => kernelBytes(model, layer).equals(kernelBytes(fresh, layer));
    expect(['block1_conv1', 'block4_conv3', 'block5_conv1', 'head/dense1'].map(isFresh)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const validation = loadDataset(places.validation);
    const { logits } = predict(engine, model, validation.images, { preprocessing: 'caffe' });
    expect(scoreLogits(logits, validation.labels).loss).toBeCloseTo(metrics.validation.loss, 4);
  });

  it("with the paper's augmentation runs the whole model in every step, and leaves no tensor", async () => {
    const tensors = engine.tf.memory().numTensors;
    const { metrics } = await trainBaseline({ ...baseline, augmentation: 'paper' }, tinyPlaces(), {
      device: 'cpu',
    });
    expect(metrics).toMatchObject({ steps: 2, epochs: 1, keptEpoch: 1 });
    expect(engine.tf.memory().numTensors).toBe(tensors);
  });

  it('refuses a weights file that is not there, and leaves no tensor', async () => {
    const tensors = engine.tf.memory().numTensors;
    const places = tinyPlaces();
    const weights = join(places.model, 'none.h5');
    await expect(
      trainBaseline({ ...baseline, augmentation: 'none', weights }, places, { device: 'cpu' }),
    ).rejects.toMatchObject({ code: 'DATA_MISSING' });
    expect(engine.tf.memory().numTensors).toBe(tensors);
  });

  it('trains the last block and the head on what the frozen front gives, as the whole model would', () => {
    const { validation: folder } = tinyPlaces();
    const dataset = loadDataset(folder);
    const whole = (): Float32Array =>
      predict(engine, fresh, dataset.images, { preprocessing: 'caffe' }).logits;
    const lossOf = (logits: Float32Array): number => scoreLogits(logits, dataset.labels).loss;

    const { trunk, tail, featureShape } = splitAtFrozen(engine, fresh);
    expect(featureShape).toEqual([3, 3, 512]);
    expect(trunk.layers.at(-1)?.name).toBe('block4_pool');
    expect(tail.layers[1]?.name).toBe('block5_conv1');
    trunk.dispose();
    tail.dispose();

    const before = whole();
    const learner = createFeatureLearner(
      {
        engine,
        model: fresh,
        createTrainer: (part) =>
          createTrainer(engine, part, { optimizer: { kind: 'adam', learningRate: 1e-3 }, seed: 1 }),
        train: takeGray(dataset, Uint32Array.of(0, 1, 2, 3, 4, 5, 6)),
        validation: dataset,
      },
      { preprocessing: 'caffe', flips: true, seed: 1 },
    );
    expect(learner.validate().loss).toBeCloseTo(lossOf(before), 4);
    learner.step(1, Uint32Array.of(0, 1, 2, 3, 4, 5, 6));
    const learnt = learner.validate().loss;
    expect(Math.abs(learnt - lossOf(before))).toBeGreaterThan(1e-3);
    expect(whole()).toEqual(before);
    learner.finish();
    learner.dispose();
    expect(lossOf(whole())).toBeCloseTo(learnt, 4);
  });
});
