import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTrainer, loadEngine } from '../../../../src/engine/index.ts';
import { loadDataset } from '../../../../src/fer/data/index.ts';
import { buildModel, disposeModel, loadModel, predict } from '../../../../src/fer/models/index.ts';
import { createFeatureLearner } from '../../../../src/fer/training/baseline/feature-learner.ts';
import { splitAtFrozen } from '../../../../src/fer/training/baseline/split-model.ts';
import { takeGray } from '../../../../src/fer/training/learners/gray-images.ts';
import { scoreLogits } from '../../../../src/fer/training/loop/scores.ts';
import { trainBaseline } from '../../../../src/fer/training/runs/baseline.ts';
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
  augmentation: 'flip',
  schedule: CONSTANT_RATE,
  earlyStopping: null,
  keep: 'best-loss',
} as const;

describe('the frozen front of VGG16', () => {
  it('and the rest give the logits of the whole, and the whole gets what the rest learnt', async () => {
    const root = temporaryFolder();
    writeTinySplit(root, 7, 3);
    const engine = await loadEngine({ device: 'cpu' });
    const model = buildModel(engine, { architecture: 'vgg16', dropout: 0, seed: 1 });
    const dataset = loadDataset(root);
    const whole = (): Float32Array =>
      predict(engine, model, dataset.images, { preprocessing: 'caffe' }).logits;

    const { trunk, tail, featureShape } = splitAtFrozen(engine, model);
    expect(featureShape).toEqual([3, 3, 512]);
    const layers = (part: { layers: { name: string }[] }): string[] => part.layers.map((l) => l.name);
    expect(layers(trunk).at(-1)).toBe('block4_pool');
    expect(layers(tail)[1]).toBe('block5_conv1');
    trunk.dispose();
    tail.dispose();

    const before = whole();
    const learner = createFeatureLearner(
      {
        engine,
        model,
        createTrainer: (part) =>
          createTrainer(engine, part, { optimizer: { kind: 'adam', learningRate: 1e-3 }, seed: 1 }),
        train: takeGray(
          dataset,
          Uint32Array.from({ length: 7 }, (_, i) => i),
        ),
        validation: dataset,
      },
      { preprocessing: 'caffe', flips: true, seed: 1 },
    );
    expect(learner.validate().loss).toBeCloseTo(scoreLogits(before, dataset.labels).loss, 5);
    learner.step(1, Uint32Array.of(0, 1, 2, 3, 4, 5, 6));
    const learnt = learner.validate().loss;
    expect(Math.abs(learnt - scoreLogits(before, dataset.labels).loss)).toBeGreaterThan(1e-3);
    expect(whole()).toEqual(before);
    learner.finish();
    learner.dispose();
    expect(scoreLogits(whole(), dataset.labels).loss).toBeCloseTo(learnt, 5);
    disposeModel(model);
  });
});

describe('training the baseline', () => {
  it.each(['flip', 'paper'] as const)(
    'with augmentation %s saves the model whose scores it reports, frozen layers untouched, and leaves no tensor',
    async (augmentation) => {
      const root = temporaryFolder();
      writeTinySplit(join(root, 'train'), 14, 1);
      writeTinySplit(join(root, 'validation'), 7, 2);
      const places = placesIn(root, root);
      const engine = await loadEngine({ device: 'cpu' });
      const tensors = engine.tf.memory().numTensors;
      const { metrics } = await trainBaseline({ ...baseline, augmentation }, places, { device: 'cpu' });
      expect(engine.tf.memory().numTensors).toBe(tensors);
      expect(metrics).toMatchObject({
        architecture: 'vgg16',
        initialWeights: 'random',
        parameters: { learnable: 14_734_663, moving: 1_216, trainable: 7_099_399 },
        epochs: 1,
        steps: 2,
      });

      const { model } = await loadModel(engine, places.model);
      const fresh = buildModel(engine, { architecture: 'vgg16', dropout: 0.5, seed: 1 });
      const kernel = (of: typeof model, layer: string): Float32Array =>
        of.getLayer(layer).getWeights()[0]?.dataSync<'float32'>() ?? new Float32Array(0);
      expect(kernel(model, 'block4_conv3')).toEqual(kernel(fresh, 'block4_conv3'));
      expect(kernel(model, 'block5_conv1')).not.toEqual(kernel(fresh, 'block5_conv1'));

      const validation = loadDataset(places.validation);
      const { logits } = predict(engine, model, validation.images, { preprocessing: 'caffe' });
      expect(scoreLogits(logits, validation.labels).loss).toBeCloseTo(metrics.validation.loss, 4);
      disposeModel(model);
      disposeModel(fresh);
    },
  );
});
