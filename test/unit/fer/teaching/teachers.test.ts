import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Engine,
  type LayersModel,
  loadEngine,
  type Tensor4D,
  type Trainer,
} from '../../../../src/engine/index.ts';
import { type Dataset, loadDataset } from '../../../../src/fer/data/index.ts';
import {
  buildModel,
  countParameters,
  disposeModel,
  loadModel,
  predict,
  saveModel,
} from '../../../../src/fer/models/index.ts';
import { CLASSES } from '../../../../src/fer/params/index.ts';
import { loadTeachers, teachTargets } from '../../../../src/fer/teaching/index.ts';
import { createMixup, createOnlineAugmentation } from '../../../../src/fer/training/augmentation/index.ts';
import { makeBatch, takeGray } from '../../../../src/fer/training/learners/gray-images.ts';
import { createImageLearner } from '../../../../src/fer/training/learners/image-learner.ts';
import { trainCompactNet } from '../../../../src/fer/training/runs/compact-net.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { placesIn, recipeTraining, writeTinySplit } from '../training/tiny-data.ts';

const COUNT = 14;
const preprocessing = 'standardized';
const indices = Uint32Array.from([3, 1, 8, 12]);

describe('teachers that answer each batch', () => {
  const root = temporaryFolder(afterAll);
  const folder = (seed: number): string => join(root, `teacher-${seed}`);
  const models: LayersModel[] = [];
  let engine: Engine;
  let dataset: Dataset;

  beforeAll(async () => {
    engine = await loadEngine({ device: 'cpu' });
    writeTinySplit(join(root, 'train'), COUNT, 1);
    writeTinySplit(join(root, 'validation'), COUNT, 2);
    dataset = loadDataset(join(root, 'train'));
    for (const seed of [1, 2]) {
      const model = buildModel(engine, { architecture: 'se-resnet', dropout: 0, seed });
      const about = { architecture: 'se-resnet', preprocessing, classes: CLASSES, params: {} } as const;
      const info = { ...about, parameters: countParameters(model), epochs: 0, steps: 0, seed };
      await saveModel(folder(seed), model, info);
      models.push(model);
    }
  });
  afterAll(() => models.forEach(disposeModel));

  const pupil = () => ({ preprocessing, model: models[0] as LayersModel }) as const;
  /** What a learner hands to its trainer in one step. */
  async function step(side: number, share: number, mixed = false) {
    const teachers = await loadTeachers(engine, [folder(1), folder(2)], pupil());
    const seen: { images: Float32Array; targets: Float32Array }[] = [];
    const trainer = {
      step: (images: Tensor4D, _: unknown, targets: Float32Array) => {
        seen.push({ images: images.dataSync<'float32'>().slice(), targets });
        return { loss: 0, correct: 0 };
      },
    } as unknown as Trainer;
    const learner = createImageLearner({
      engine,
      ...pupil(),
      trainer,
      train: takeGray(
        dataset,
        Uint32Array.from({ length: COUNT }, (_, i) => i),
      ),
      validation: dataset,
      augment: createOnlineAugmentation(5, recipeTraining.training.augmentation, 10),
      teaching: { share, labelSmoothing: 0.1 },
      teachers,
      mix: mixed ? createMixup(5, { alpha: 0.4, until: 1 }, 10) : undefined,
      sideAt: () => side,
    });
    const work = learner.workAt?.(1) ?? 0;
    learner.step(1, indices);
    const before = engine.tf.memory().numTensors;
    learner.step(1, indices);
    expect(engine.tf.memory().numTensors).toBe(before);
    teachers.dispose();
    return { ...(seen[0] ?? { images: new Float32Array(), targets: new Float32Array() }), work };
  }

  it('give the mean of their probabilities for the images as they are seen', async () => {
    const teachers = await loadTeachers(engine, [folder(1), folder(2)], pupil());
    const all = Uint32Array.from({ length: COUNT }, (_, i) => i);
    const gray = takeGray(dataset, all);
    const batch = makeBatch(gray, { epoch: 1, indices: all, augment: undefined, preprocessing, channels: 1 });
    const images = engine.tf.tensor4d(batch, [COUNT, 48, 48, 1]);
    const answers = teachers.answer(images);
    images.dispose();
    teachers.dispose();
    const single = models.map(
      (model) => predict(engine, model, dataset.images, { preprocessing }).probabilities,
    );
    for (const [i, p] of answers.entries())
      expect(p).toBeCloseTo(((single[0]?.[i] ?? 0) + (single[1]?.[i] ?? 0)) / 2, 5);
  });

  it('see the very images of the step, at their own size, also where the net learns on smaller ones', async () => {
    const large = await step(48, 1);
    const teachers = await loadTeachers(engine, [folder(1), folder(2)], pupil());
    const seen = engine.tf.tensor4d(large.images, [indices.length, 48, 48, 1]);
    expect(large.targets).toEqual(teachers.answer(seen));
    seen.dispose();
    teachers.dispose();
    const small = await step(32, 1);
    expect(small.images).toHaveLength(indices.length * 32 * 32);
    expect(small.targets).toEqual(large.targets);
    // A step is three passes of the net at its size and one of each teacher at 48 x 48.
    expect(large.work / small.work).toBeCloseTo((3 + 2) / (3 * (32 / 48) ** 2 + 2), 9);
    expect((await step(32, 1, true)).targets).not.toEqual(large.targets);
    expect((await step(32, 1, true)).targets).toEqual((await step(48, 1, true)).targets);
  });

  it('share a target with the smoothed label', async () => {
    const [labels, answers, both] = [await step(48, 0), await step(48, 1), await step(48, 0.8)];
    expect(labels.targets[dataset.labels[3] ?? 0]).toBeCloseTo(0.9 + 0.1 / 7, 6);
    for (const [i, value] of both.targets.entries())
      expect(value).toBeCloseTo(0.2 * (labels.targets[i] ?? 0) + 0.8 * (answers.targets[i] ?? 0), 6);
  });

  it('change what a net becomes, and what its checkpoint is good for', async () => {
    const quick = { ...recipeTraining, epochs: 1, targetShare: 0.8 };
    const run = async (out: string, teachers: readonly string[]): Promise<number> =>
      (await trainCompactNet(quick, { ...placesIn(root, join(root, out)), teachers }, { device: 'cpu' }))
        .metrics.train.loss;
    const losses = [
      await run('none', []),
      await run('one', [folder(1)]),
      await run('two', [folder(1), folder(2)]),
    ];
    expect(new Set(losses).size).toBe(3);
    const digests = [[folder(1)], [folder(2)]].map(async (folders) => {
      const teachers = await loadTeachers(engine, folders, pupil());
      teachers.dispose();
      return teachers.digest;
    });
    expect(new Set(await Promise.all(digests)).size).toBe(2);
  }, 60_000);

  it('are refused where they see images in another form', async () => {
    const before = engine.tf.memory().numTensors;
    await expect(
      loadTeachers(engine, [folder(1)], { ...pupil(), preprocessing: 'centered' }),
    ).rejects.toMatchObject({
      code: 'BAD_PARAMS',
      message: `A teacher must see images as the taught net does (centered, 1 channels). Received: ${folder(1)} (standardized, 1 channels).`,
    });
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  it('are refused where their answers are in another order than the labels, also those that teach once', async () => {
    const turned = join(root, 'turned');
    const { model, info } = await loadModel(engine, folder(1));
    await saveModel(turned, model, { ...info, classes: [...CLASSES].reverse() });
    disposeModel(model);
    const before = engine.tf.memory().numTensors;
    const refusal = {
      code: 'BAD_WEIGHTS',
      message: `The model in ${turned} should answer the classes ${CLASSES.join(', ')}. Received: ${[...CLASSES].reverse().join(', ')}.`,
    };
    await expect(loadTeachers(engine, [turned], pupil())).rejects.toMatchObject(refusal);
    const places = { models: [turned], train: join(root, 'train'), targets: join(root, 'targets') };
    await expect(teachTargets(places, { views: {}, device: 'cpu' })).rejects.toMatchObject(refusal);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  it('are let go of when one of them cannot be loaded', async () => {
    const before = engine.tf.memory().numTensors;
    await expect(loadTeachers(engine, [folder(1), folder(3)], pupil())).rejects.toMatchObject({
      code: expect.stringMatching(/^[A-Z_]+$/),
      message: expect.stringContaining('teacher-3'),
    });
    expect(engine.tf.memory().numTensors).toBe(before);
  });
});
