import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine } from '../../../../src/engine/index.ts';
import {
  buildModel,
  disposeModel,
  predict,
  preprocess,
  softmaxRows,
} from '../../../../src/fer/models/index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

const images = Uint8Array.from({ length: 5 * 6912 }, (_, i) => (i * 31 + (i >> 6)) % 256);

describe('predict', () => {
  test.each([
    ['resnet', 64],
    ['mobilenetv2', 128],
    ['vgg16', 32],
  ] as const)('gives a row for each image with %s, and keeps no tensor', (architecture, dimensions) => {
    const before = engine.tf.memory().numTensors;
    const model = buildModel(engine, { architecture, dropout: 0.5, seed: 1 });
    const progress: number[] = [];
    const options = {
      preprocessing: 'centered',
      batchSize: 2,
      onProgress: (n: number) => progress.push(n),
    } as const;
    const result = predict(engine, model, images, options);
    expect(result.dimensions).toBe(dimensions);
    expect(result.logits).toHaveLength(5 * 7);
    expect(result.embeddings).toHaveLength(5 * dimensions);
    expect(progress).toEqual([2, 4, 5]);
    for (let i = 0; i < 5; i++) {
      const row = result.probabilities.subarray(i * 7, i * 7 + 7);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    }
    // The last image alone gives the same row: batches do not see each other.
    const alone = predict(engine, model, images.subarray(4 * 6912), { preprocessing: 'centered' });
    for (const [k, value] of alone.logits.entries()) expect(value).toBeCloseTo(result.logits[28 + k] ?? 0, 5);
    disposeModel(model);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  test('gives empty results for no images, and refuses parts of images', () => {
    const model = buildModel(engine, { architecture: 'resnet', dropout: 0, seed: 1 });
    expect(predict(engine, model, new Uint8Array(), { preprocessing: 'unit' }).logits).toHaveLength(0);
    expect(() => predict(engine, model, new Uint8Array(100), { preprocessing: 'unit' })).toThrow(
      'Images must be whole: a multiple of 6912 bytes (48 x 48 x 3). Received: 100 bytes.',
    );
    disposeModel(model);
  });
});

describe('preprocess', () => {
  const pixels = Uint8Array.of(0, 128, 255);
  test.each([
    ['centered', [-1, 128 / 127.5 - 1, 1]],
    ['unit', [0, 128 / 255, 1]],
    ['caffe', [255 - 103.939, 128 - 116.779, 0 - 123.68]],
  ] as const)('%s', (kind, expected) => {
    for (const [i, value] of preprocess(pixels, kind, 3).entries())
      expect(value).toBeCloseTo(expected[i] ?? 0, 5);
  });
});

test('standardized images have mean 0 and deviation 1, each for itself; nearly blank ones stay small', () => {
  const pixels = Uint8Array.of(10, 30, 50, 70, 100, 100, 100, 104);
  const values = preprocess(pixels, 'standardized', 4);
  const deviation = Math.sqrt(500);
  expect([...values.subarray(0, 4)].map((v) => v * deviation + 40)).toEqual([
    expect.closeTo(10, 4),
    expect.closeTo(30, 4),
    expect.closeTo(50, 4),
    expect.closeTo(70, 4),
  ]);
  expect([...values.subarray(4)]).toEqual([-1 / 8, -1 / 8, -1 / 8, 3 / 8]);
});

describe('softmaxRows', () => {
  test('is exact at extreme logits', () => {
    expect(
      [...softmaxRows(Float32Array.of(1000, 0, -1000, 0, 0, 0), 3)].map((p) => Number(p.toFixed(6))),
    ).toEqual([1, 0, 0, 0.333333, 0.333333, 0.333333]);
  });
});
