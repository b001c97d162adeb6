import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTrainer, type Engine, loadEngine, type Trainer } from '../../../../src/engine/index.ts';
import {
  buildModel,
  countMultiplyAdds,
  countParameters,
  disposeModel,
  predict,
  saveModel,
} from '../../../../src/fer/models/index.ts';
import { CLASSES } from '../../../../src/fer/params/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

function build(seed = 1) {
  const model = buildModel(engine, { architecture: 'se-resnet', dropout: 0.2, seed });
  onTestFinished(() => disposeModel(model));
  return model;
}

/** Normalised gray images of any size, the same every time. */
const imagesOf = (count: number, side: number) =>
  engine.tf.tensor4d(
    Float32Array.from({ length: count * side * side }, (_, i) => Math.sin(i * 0.7 + Math.floor(i / side))),
    [count, side, side, 1],
  );

function lossOfStep(trainer: Trainer, side: number): number {
  const images = imagesOf(4, side);
  const { loss } = trainer.step(images, [0, 1, 2, 3]);
  images.dispose();
  return loss;
}

describe('the SE-ResNet', () => {
  test('has 383,381 learnable numbers and 49.1 million multiply-adds on one gray channel', () => {
    const model = build();
    expect(countParameters(model)).toEqual({ learnable: 383_381, moving: 1_184, trainable: 383_381 });
    expect(countMultiplyAdds(model) / 1e6).toBeCloseTo(49.1, 1);
    expect(model.inputs[0]?.shape).toEqual([null, 48, 48, 1]);
  });

  test('has a wider form, still smaller than the net of the paper', () => {
    const model = buildModel(engine, { architecture: 'se-resnet-wide', dropout: 0.2, seed: 1 });
    onTestFinished(() => disposeModel(model));
    expect(countParameters(model)).toEqual({ learnable: 467_527, moving: 1_296, trainable: 467_527 });
    expect(countMultiplyAdds(model) / 1e6).toBeCloseTo(55.1, 1);
    const images = new Uint8Array(3 * 48 * 48 * 3).map((_, i) => (i * 7) % 256);
    expect(predict(engine, model, images, { preprocessing: 'standardized' }).dimensions).toBe(128);
  });

  test('has a deeper form of the same size, that learns', () => {
    const model = buildModel(engine, { architecture: 'se-resnet-deep', dropout: 0.2, seed: 1 });
    onTestFinished(() => disposeModel(model));
    expect(countParameters(model)).toEqual({ learnable: 466_045, moving: 1_552, trainable: 466_045 });
    expect(countMultiplyAdds(model) / 1e6).toBeCloseTo(80.3, 1);
    const trainer = createTrainer(engine, model, {
      optimizer: { kind: 'adam', learningRate: 0.002 },
      seed: 1,
    });
    onTestFinished(() => trainer.dispose());
    const losses = [32, 48, 32, 48, 32, 48, 32].map((side) => lossOfStep(trainer, side));
    expect(losses[6]).toBeLessThan(0.7 * (losses[0] ?? 0));
  });

  test('starts its convolutions with the variance 2 / fan out', () => {
    const kernel = build(3)
      .layers.flatMap((layer) => layer.weights)
      .find(({ originalName }) => originalName === 'late/conv/kernel');
    const values = Float32Array.from(kernel?.read().dataSync() ?? []);
    const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    expect(Math.abs(variance / (2 / (9 * 112)) - 1)).toBeLessThan(0.02);
  });

  test('learns on images of 32, 40 and 48 pixels with the same weights', () => {
    const model = build();
    const trainer = createTrainer(engine, model, {
      optimizer: { kind: 'adam', learningRate: 0.002 },
      seed: 1,
    });
    onTestFinished(() => trainer.dispose());
    const losses = [32, 40, 48, 32, 40, 48, 32].map((side) => lossOfStep(trainer, side));
    expect(losses[6]).toBeLessThan(0.7 * (losses[0] ?? 0));
  });

  test('refuses images of two channels', () => {
    const model = build();
    const trainer = createTrainer(engine, model, { optimizer: { kind: 'sgd', learningRate: 0.1 }, seed: 1 });
    const images = engine.tf.zeros([1, 32, 32, 2]);
    onTestFinished(() => engine.tf.dispose(images));
    onTestFinished(() => trainer.dispose());
    expect(() => trainer.step(images as ReturnType<typeof imagesOf>, [0])).toThrow(
      expect.objectContaining({ code: 'BAD_ARRAY' }),
    );
  });

  test('opens in a stock TensorFlow.js, in pure JavaScript, with the same logits', async () => {
    const model = build(5);
    const trainer = createTrainer(engine, model, { optimizer: { kind: 'sgd', learningRate: 0.01 }, seed: 7 });
    const batch = imagesOf(2, 48);
    trainer.step(batch, [1, 2]); // moving statistics that are not those of the start
    batch.dispose();
    trainer.dispose();
    const folder = temporaryFolder();
    await saveModel(folder, model, {
      architecture: 'se-resnet',
      preprocessing: 'standardized',
      classes: CLASSES,
      parameters: countParameters(model),
      epochs: 1,
      steps: 1,
      seed: 5,
      params: {},
    });
    const gray = Uint8Array.from({ length: 48 * 48 }, (_, i) => (i * 31 + (i >> 6)) % 256);
    const rgb = Uint8Array.from({ length: 3 * gray.length }, (_, i) => gray[Math.floor(i / 3)] ?? 0);
    const expected = predict(engine, model, rgb, { preprocessing: 'standardized' }).logits;
    writeFileSync(join(folder, 'image.json'), JSON.stringify([...gray]));
    const program = `
      import { readFileSync } from 'node:fs';
      import tf from '@tensorflow/tfjs';
      const { modelTopology, weightsManifest } = JSON.parse(readFileSync('${folder}/model.json', 'utf8'));
      const weightData = new Uint8Array(readFileSync('${folder}/weights.bin')).buffer;
      const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }));
      const image = tf.tensor(JSON.parse(readFileSync('${folder}/image.json', 'utf8')), [1, 48, 48, 1]);
      const { mean, variance } = tf.moments(image);
      const input = image.sub(mean).div(tf.maximum(variance.sqrt(), 8));
      console.log(JSON.stringify([...model.predict(input).dataSync()]));`;
    const { stdout } = await execa('node', ['--input-type=module', '-e', program]);
    const logits = JSON.parse(stdout.split('\n').at(-1) ?? '') as number[];
    expect(logits).toHaveLength(7);
    for (const [i, value] of logits.entries())
      expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(1e-4);
  });
});
