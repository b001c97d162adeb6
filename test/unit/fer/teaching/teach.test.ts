import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, loadEngine } from '../../../../src/engine/index.ts';
import { loadDataset } from '../../../../src/fer/data/index.ts';
import { disposeModel, loadModel, predict } from '../../../../src/fer/models/index.ts';
import { readSoftTargets, teachTargets } from '../../../../src/fer/teaching/index.ts';
import { type CompactTraining, trainCompactNet } from '../../../../src/fer/training/runs/compact-net.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { placesIn, recipeTraining, writeTinySplit } from '../training/tiny-data.ts';

const COUNT = 49;
const CPU = { device: 'cpu' } as const;
const quick: CompactTraining = { ...recipeTraining, epochs: 2, imageSizes: [{ side: 24, until: 1 }] };

describe('teaching', () => {
  let engine: Engine;
  const root = temporaryFolder(afterAll);
  const model = (name: string): string => join(root, name, 'model');
  const targets = (): string => join(root, 'targets');

  beforeAll(async () => {
    engine = await loadEngine(CPU);
    writeTinySplit(join(root, 'train'), COUNT, 1);
    writeTinySplit(join(root, 'validation'), 14, 2);
    for (const seed of [1, 2])
      await trainCompactNet({ ...quick, seed }, placesIn(root, join(root, `teacher-${seed}`)), CPU);
  }, 60_000);

  it('writes the mean answer of all models in all views, and how it fits the labels', async () => {
    const before = engine.tf.memory().numTensors;
    const done: number[] = [];
    const metrics = await teachTargets(
      { models: [model('teacher-1'), model('teacher-2')], train: join(root, 'train'), targets: targets() },
      { views: { flip: true }, ...CPU, onProgress: (progress) => done.push(progress.done) },
    );
    expect(engine.tf.memory().numTensors).toBe(before);
    expect(done.at(-1)).toBe(2 * 2 * COUNT);

    const dataset = loadDataset(join(root, 'train'));
    const soft = readSoftTargets(targets(), dataset);
    const answers: Float32Array[] = [];
    for (const name of ['teacher-1', 'teacher-2']) {
      const loaded = await loadModel(engine, model(name));
      for (const images of [dataset.images, mirrored(dataset.images)])
        answers.push(predict(engine, loaded.model, images, loaded.info).probabilities);
      disposeModel(loaded.model);
    }
    const mean = (at: number): number => answers.reduce((sum, p) => sum + (p[at] ?? 0), 0) / answers.length;
    for (const [at, value] of soft.entries()) expect(value).toBeCloseTo(mean(at), 5);

    const rows = Array.from({ length: COUNT }, (_, i) => Array.from(soft.subarray(7 * i, 7 * i + 7)));
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === dataset.labels[i]).length;
    const entropy = rows.flat().reduce((sum, p) => sum - p * Math.log(p), 0) / COUNT;
    expect(metrics).toEqual({
      models: 2,
      views: 2,
      images: COUNT,
      accuracy: right / COUNT,
      entropy: expect.closeTo(entropy, 6),
    });
  });

  it('gives targets that change what a net becomes, as far as their share says', async () => {
    const run = async (out: string, share: number | undefined, from?: string): Promise<number> => {
      const places = { ...placesIn(root, join(root, out)), targets: from };
      const training = share === undefined ? quick : { ...quick, targetShare: share };
      return (await trainCompactNet(training, places, CPU)).metrics.train.loss;
    };
    const untaught = await run('untaught', undefined);
    expect(await run('none', 0, targets())).toBeCloseTo(untaught, 6);
    const half = await run('half', 0.5, targets());
    const all = await run('all', 1, targets());
    expect(new Set([untaught, half, all]).size).toBe(3);
  }, 60_000);

  it('refuses targets of other images, damaged ones, and no model', async () => {
    const other = join(root, 'other');
    writeTinySplit(other, COUNT, 3);
    expect(() => readSoftTargets(targets(), loadDataset(other))).toThrow(
      expect.objectContaining({
        code: 'DATA_DAMAGED',
        message: expect.stringMatching(
          /is not of these training images: their digest is \w+\. Received: \w+/,
        ),
        hint: 'Run the stage teach again: npx ferment repro teach',
      }),
    );
    const damaged = temporaryFolder();
    writeFileSync(join(damaged, 'targets.json'), '{');
    expect(() => readSoftTargets(damaged, loadDataset(other))).toThrow(
      expect.objectContaining({ code: 'DATA_DAMAGED' }),
    );
    await expect(
      teachTargets({ models: [], train: other, targets: damaged }, { views: {}, ...CPU }),
    ).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});

/** RGB images `[n, 48, 48, 3]`, each left for right. */
function mirrored(images: Uint8Array): Uint8Array {
  const side = 48;
  return Uint8Array.from(images, (_, i) => {
    const [channel, pixel] = [i % 3, Math.floor(i / 3)];
    const x = pixel % side;
    return images[3 * (pixel - x + side - 1 - x) + channel] ?? 0;
  });
}
