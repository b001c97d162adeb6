import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Engine, loadEngine } from '../../../../src/engine/index.ts';
import { loadDataset, readNpy, writeNpy } from '../../../../src/fer/data/index.ts';
import {
  type ImageProvenance,
  readProvenance,
  writeProvenance,
} from '../../../../src/fer/data/provenance.ts';
import {
  argmaxRows,
  classificationReport,
  evaluateModel,
  evaluationMetrics,
  normaliseRows,
} from '../../../../src/fer/evaluation/index.ts';
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
import { temporaryFolder } from '../../../support/temporary.ts';

const IMAGES = 28;
const params = {
  viewSets: {},
  bootstrapSamples: 50,
  confidence: 0.95,
  calibrationBins: 15,
  canaryQualities: [95, 75],
  collapseShare: 0.5,
};

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

/** A test split of gray patterns, four images a class, every other one injected. */
function testSplit(count = IMAGES): string {
  const folder = temporaryFolder();
  const data = Uint8Array.from({ length: count * 48 * 48 * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [x, y, image] = [pixel % 48, Math.floor(pixel / 48) % 48, Math.floor(pixel / 2304)];
    return 128 + 90 * Math.sin((x * (1 + (image % 7)) + y * (image % 5)) / 9);
  });
  writeNpy(join(folder, 'images.npy'), { dtype: 'uint8', shape: [count, 48, 48, 3], data });
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count], data: labels });
  writeProvenance(
    folder,
    Array.from(labels, (_, i) => ({
      origin: i % 2 === 0 ? 'original' : 'injected',
      source: `test/${i}.png`,
      encoding: ['png'],
    })),
  );
  return folder;
}

async function savedModel(changes: Partial<ModelInfo> = {}): Promise<{ folder: string; info: ModelInfo }> {
  const folder = temporaryFolder();
  const model = buildModel(engine, { architecture: 'mobilenetv2', dropout: 0, seed: 3 });
  const info: ModelInfo = {
    architecture: 'mobilenetv2',
    preprocessing: 'centered',
    classes: [...CLASSES],
    parameters: countParameters(model),
    epochs: 2,
    steps: 10,
    seed: 3,
    params: {},
    ...changes,
  };
  await saveModel(folder, model, info);
  disposeModel(model);
  return { folder, info };
}

/** A split of which the model answers all images but three rightly: sure of something, it has a temperature. */
async function mostlyRight(model: string, count: number): Promise<string> {
  const folder = testSplit(count);
  const { model: net, info } = await loadModel(engine, model);
  const { images } = loadDataset(folder);
  const { probabilities } = predict(engine, net, images, { preprocessing: info.preprocessing });
  disposeModel(net);
  const labels = argmaxRows(probabilities, 7).map((best, i) => (i < 3 ? (best + 1) % 7 : best));
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count], data: labels });
  return folder;
}

test('a model is answered for, measured and written, and nothing stays in memory', async () => {
  const { folder, info } = await savedModel();
  const out = temporaryFolder();
  const seen: number[] = [];
  const warnings: string[] = [];
  const validation = await mostlyRight(folder, 14);
  const before = engine.tf.memory().numTensors;
  const { metrics, record } = await evaluateModel(
    { model: folder, test: testSplit(), validation, predictions: out },
    params,
    {
      seed: 1,
      device: 'cpu',
      onProgress: ({ done, total }) => {
        expect(total).toBe(3 * IMAGES + 14);
        seen.push(done);
      },
      onWarning: (text) => warnings.push(text),
    },
  );
  expect(engine.tf.memory().numTensors).toBe(before);
  expect(seen).toEqual([0, 14, 14 + IMAGES, 14 + 2 * IMAGES].map((n) => n + IMAGES));
  expect(metrics.temperature?.value).toBeGreaterThan(0);
  expect([metrics.images, metrics.model.parameters]).toEqual([IMAGES, info.parameters]);
  expect(Object.keys(metrics.perClass)).toEqual([...CLASSES]);
  expect(Object.keys(metrics.canary).sort()).toEqual(['75', '95', 'asIs']);
  expect(metrics.canary['asIs']?.accuracy).toBe(metrics.accuracy);
  expect(Object.values(metrics.canary['75']?.predicted ?? {}).reduce((a, b) => a + b)).toBe(IMAGES);
  expect(metrics.origins?.['original']?.images).toBe(IMAGES / 2);
  expect(metrics.intervals?.accuracy.low).toBeLessThanOrEqual(metrics.accuracy);
  expect(metrics.calibration.bins.length).toBe(15);
  expect(metrics.alarms).toEqual(warnings);
  expect(record.imagesPerSecond).toBeGreaterThan(0);
  expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);

  const probabilities = readNpy(join(out, 'probabilities.npy'), { dtype: 'float32', shape: [IMAGES, 7] });
  const labels = readNpy(join(out, 'labels.npy'), { dtype: 'uint8', shape: [IMAGES] });
  expect(readNpy(join(out, 'embeddings.npy'), { shape: [IMAGES, 128] }).data.every(Number.isFinite)).toBe(
    true,
  );
  const infoIn = (place: string): string => readFileSync(join(place, 'model-info.json'), 'utf8');
  expect(infoIn(out)).toBe(infoIn(folder));
  const answers = Array.from({ length: IMAGES }, (_, i) => {
    const row = probabilities.data.subarray(7 * i, 7 * i + 7);
    return row.indexOf(Math.max(...row));
  });
  expect(classificationReport(labels.data, answers, 7).macroF1).toBe(metrics.macroF1);
});

test('an empty split and a model of other classes are refused by name', async () => {
  const context = { seed: 1, device: 'cpu' as const };
  const { folder } = await savedModel();
  const empty = testSplit(0);
  await expect(
    evaluateModel(
      { model: folder, test: empty, validation: testSplit(14), predictions: temporaryFolder() },
      params,
      context,
    ),
  ).rejects.toThrow(`The test split ${empty} has no images.`);
  const withViews = { ...params, viewSets: { mirror: { flip: true } } };
  const noValidation = {
    model: folder,
    test: testSplit(),
    validation: empty,
    predictions: temporaryFolder(),
  };
  await expect(evaluateModel(noValidation, withViews, context)).rejects.toMatchObject({
    code: 'DATA_MISSING',
    message: `evaluate.viewSets needs validation images to choose a set of views by. Received: none in ${empty}.`,
  });
  const { metrics } = await evaluateModel(noValidation, params, context);
  expect(metrics.temperature).toBeUndefined();
  const other = await savedModel({ classes: [...CLASSES].reverse() });
  await expect(
    evaluateModel(
      { model: other.folder, test: testSplit(), validation: testSplit(14), predictions: temporaryFolder() },
      params,
      context,
    ),
  ).rejects.toThrow('Received: surprise, sad, neutral');
});

test('the set of views that answers validation best is measured on test, with and without duplicates', async () => {
  const { folder } = await savedModel();
  const test = testSplit();
  const records = readProvenance<ImageProvenance>(test);
  writeProvenance(
    test,
    records.map((record, i) => (i < 4 ? { ...record, inTrain: true } : record)),
  );
  const places = { model: folder, test, validation: testSplit(14), predictions: temporaryFolder() };
  const viewSets = { flip: { flip: true }, all: { flip: true, scales: [1, 1.1], shiftPixels: 2 } };
  const totals = new Set<number>();
  let answered = 0;
  const { metrics } = await evaluateModel(
    places,
    { ...params, viewSets },
    {
      seed: 1,
      device: 'cpu',
      onProgress: ({ done, total }) => {
        totals.add(total);
        answered = done;
      },
    },
  );
  const { views, deduplicated } = metrics;
  expect(Object.entries(views?.validation ?? {}).map(([name, set]) => [name, set.views])).toEqual([
    ['one', 1],
    ['flip', 2],
    ['all', 20],
  ]);
  const best = Math.max(...Object.values(views?.validation ?? {}).map(({ accuracy }) => accuracy));
  expect(views?.validation[views.chosen]?.accuracy).toBe(best);
  expect(views?.test).toMatchObject({ images: IMAGES, deduplicated: { images: IMAGES - 4 } });
  expect(deduplicated?.images).toBe(IMAGES - 4);
  // Each view of the 14 validation images once, though two sets share some.
  expect([...totals]).toEqual([IMAGES * (3 + 19) + 14 * 20]);
  const chosen = views?.validation[views.chosen]?.views ?? 0;
  expect(answered).toBe(IMAGES * (3 + chosen - 1) + 14 * 20);
});

test('without resamples there are no intervals, and one origin is not split', async () => {
  const { info } = await savedModel();
  const labels = Uint8Array.of(0, 1, 2, 3);
  const probabilities = Float32Array.from({ length: 28 }, (_, at) =>
    at % 7 === Math.floor(at / 7) ? 0.7 : 0.05,
  );
  const scores = {
    accuracy: 1,
    macroF1: 1,
    accuracyChange: 0,
    largestShare: 0.25,
    predicted: [1, 1, 1, 1, 0, 0, 0],
  };
  const metrics = evaluationMetrics(
    {
      info,
      multiplyAdds: 1000,
      labels,
      probabilities,
      logits: probabilities.map(Math.log),
      validation: { labels: new Uint8Array(), logits: new Float32Array() },
      embedding: { units: 64, active: 60 },
      canary: { asIs: scores, qualities: [[75, scores]], alarms: [] },
      origins: ['original', 'original', 'original', 'original'],
    },
    { ...params, bootstrapSamples: 0 },
    1,
  );
  expect(Object.keys(metrics)).not.toContain('intervals');
  expect(Object.keys(metrics)).not.toContain('origins');
  expect(Object.keys(metrics)).not.toContain('temperature');
  expect([metrics.accuracy, metrics.macroF1PresentOnly, metrics.top2Accuracy]).toEqual([1, 1, 1]);
  expect(metrics.logLoss).toBeCloseTo(-Math.log(normaliseRows(probabilities.subarray(0, 7), 7)[0] ?? 0), 7);
  expect(metrics.canary['75']?.predicted).toEqual({
    angry: 1,
    disgust: 1,
    fear: 1,
    happy: 1,
    neutral: 0,
    sad: 0,
    surprise: 0,
  });
});
