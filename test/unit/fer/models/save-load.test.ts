import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTrainer, type Engine, type LayersModel, loadEngine } from '../../../../src/engine/index.ts';
import {
  buildModel,
  countParameters,
  disposeModel,
  loadModel,
  MODEL_FILES,
  type ModelInfo,
  predict,
  saveModel,
} from '../../../../src/fer/models/index.ts';
import { CLASSES } from '../../../../src/fer/params/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

const images = Uint8Array.from({ length: 2 * 6912 }, (_, i) => (i * 31 + (i >> 6)) % 256);

function infoOf(model: LayersModel, architecture: 'resnet' | 'mobilenetv2'): ModelInfo {
  return {
    architecture,
    preprocessing: 'centered',
    classes: CLASSES,
    parameters: countParameters(model),
    epochs: 3,
    steps: 12,
    seed: 42,
    params: { dropout: 0.1, nested: { name: 'value' } },
  };
}

/** A model whose moving statistics are not those of the start. */
function trained(architecture: 'resnet' | 'mobilenetv2'): LayersModel {
  const model = buildModel(engine, { architecture, dropout: 0.1, seed: 7 });
  const trainer = createTrainer(engine, model, { optimizer: { kind: 'sgd', learningRate: 0.01 }, seed: 7 });
  trainer.step(
    Float32Array.from(images, (v) => v / 127.5 - 1),
    [1, 2],
  );
  trainer.dispose();
  return model;
}

const logitsOf = (model: LayersModel) => predict(engine, model, images, { preprocessing: 'centered' }).logits;

describe.each(['resnet', 'mobilenetv2'] as const)('a saved %s', (architecture) => {
  test('comes back with its info and equal logits, and keeps no tensor', async () => {
    const folder = join(temporaryFolder(), 'model');
    const before = engine.tf.memory().numTensors;
    const model = trained(architecture);
    const info = infoOf(model, architecture);
    await saveModel(folder, model, info);
    const loaded = await loadModel(engine, folder);
    expect(loaded.info).toEqual(info);
    expect(logitsOf(loaded.model)).toEqual(logitsOf(model));
    disposeModel(model);
    disposeModel(loaded.model);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  test('opens in a stock TensorFlow.js, in pure JavaScript, with the same logits', async () => {
    const folder = temporaryFolder();
    const model = trained(architecture);
    await saveModel(folder, model, infoOf(model, architecture));
    const expected = logitsOf(model).slice(0, 7);
    disposeModel(model);
    writeFileSync(join(folder, 'image.json'), JSON.stringify([...images.subarray(0, 6912)]));
    const program = `
      import { readFileSync } from 'node:fs';
      import tf from '@tensorflow/tfjs';
      const { modelTopology, weightsManifest } = JSON.parse(readFileSync('${folder}/model.json', 'utf8'));
      const weightData = new Uint8Array(readFileSync('${folder}/weights.bin')).buffer;
      const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }));
      const pixels = JSON.parse(readFileSync('${folder}/image.json', 'utf8'));
      const image = tf.tensor(pixels, [1, 48, 48, 3]).div(255).sub(0.5).div(0.5);
      console.log(JSON.stringify([tf.getBackend(), ...model.predict(image).dataSync()]));`;
    const { stdout } = await execa('node', ['--input-type=module', '-e', program]);
    const [backend, ...logits] = JSON.parse(stdout.split('\n').at(-1) ?? '') as [string, ...number[]];
    expect(backend).toBe('cpu');
    expect(logits).toHaveLength(7);
    for (const [i, value] of logits.entries())
      expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(1e-4);
  });
});

describe('saveModel', () => {
  test('gives equal bytes for equal models, and leaves other files alone', async () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(second, 'history.csv'), 'epoch\n');
    for (const folder of [first, second]) {
      const model = trained('resnet');
      await saveModel(folder, model, infoOf(model, 'resnet'));
      disposeModel(model);
    }
    for (const file of Object.values(MODEL_FILES)) {
      expect(readFileSync(join(second, file)).equals(readFileSync(join(first, file))), file).toBe(true);
    }
    expect(readFileSync(join(second, 'history.csv'), 'utf8')).toBe('epoch\n');
  });
});

describe('loadModel', () => {
  async function saved(): Promise<string> {
    const folder = temporaryFolder();
    const model = buildModel(engine, { architecture: 'resnet', dropout: 0, seed: 1 });
    await saveModel(folder, model, infoOf(model, 'resnet'));
    disposeModel(model);
    return folder;
  }
  const edit = (folder: string, file: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));

  test('refuses weights of another model', async () => {
    const folder = await saved();
    const weights = readFileSync(join(folder, MODEL_FILES.weights));
    weights[100] = (weights[100] ?? 0) ^ 1;
    writeFileSync(join(folder, MODEL_FILES.weights), weights);
    await expect(loadModel(engine, folder)).rejects.toMatchObject({
      code: 'BAD_WEIGHTS',
      message: `${folder}/weights.bin is not the file that model-info.json was written with.`,
    });
  });

  test('names a missing file', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'empty'));
    await expect(loadModel(engine, join(folder, 'empty'))).rejects.toMatchObject({
      code: 'BAD_WEIGHTS',
      hint: 'A model is a folder with model.json, weights.bin, model.safetensors, model-info.json.',
    });
  });

  test('names the field of the info that is wrong', async () => {
    const folder = await saved();
    edit(folder, MODEL_FILES.info, (text) => text.replace('"resnet"', '"resnext"'));
    await expect(loadModel(engine, folder)).rejects.toThrow(
      `${folder}/model-info.json: 'architecture' should be one of resnet, mobilenetv2, se-resnet, se-resnet-wide, se-resnet-deep, vgg16. Received: "resnext".`,
    );
  });

  test('refuses names of classes that are not one for each logit', async () => {
    const folder = await saved();
    for (const classes of [['angry', 'happy'], CLASSES.slice(1), [...CLASSES.slice(1), 'happy']]) {
      edit(folder, MODEL_FILES.info, (text) => JSON.stringify({ ...JSON.parse(text), classes }));
      await expect(loadModel(engine, folder)).rejects.toThrow(
        `${folder}/model-info.json: 'classes' should be a list of 7 different names. Received: ${JSON.stringify(classes)}.`,
      );
    }
  });

  test.each([
    {
      what: 'gives other than a logit for each class',
      units: 5,
      text: 'should give 7 logits, one for each class. Received: 5.',
    },
    {
      what: 'takes images of another size',
      side: 64,
      text: 'should take images [48, 48, 1] or [48, 48, 3]. Received: [64, 48, 3].',
    },
    {
      what: 'has a layer that is none of ours',
      isPooled: true,
      text: "is no model of Ferment's. The layer pool cannot be compiled: layers of the class AveragePooling2D are not compiled.",
    },
  ])(
    'refuses a net that $what, without keeping tensors',
    async ({ units = 7, side = 48, isPooled, text }) => {
      const folder = temporaryFolder();
      const before = engine.tf.memory().numTensors;
      const { input, layers, model: modelOf } = engine.tf;
      const image = input({ shape: [side, 48, 3] });
      const last = [
        ...(isPooled === true ? [layers.averagePooling2d({ name: 'pool' })] : []),
        layers.flatten(),
        layers.dense({ units }),
      ];
      const outputs = last.reduce((tensor, layer) => layer.apply(tensor) as typeof image, image);
      const model = modelOf({ inputs: image, outputs });
      await saveModel(folder, model, infoOf(model, 'resnet'));
      disposeModel(model);
      await expect(loadModel(engine, folder)).rejects.toMatchObject({
        code: 'BAD_WEIGHTS',
        message: `${folder}/model.json ${text}`,
        hint: 'Take the folder whole, or train the model again.',
      });
      expect(engine.tf.memory().numTensors).toBe(before);
    },
  );

  test('refuses a topology that is damaged or of another net, without keeping tensors', async () => {
    const folder = await saved();
    const before = engine.tf.memory().numTensors;
    edit(folder, MODEL_FILES.info, (text) => text.replace('"learnable": 481551', '"learnable": 481552'));
    await expect(loadModel(engine, folder)).rejects.toThrow(
      /should have 481552 learnable parameters.*Received: 481551/,
    );
    expect(engine.tf.memory().numTensors).toBe(before);
    edit(folder, MODEL_FILES.topology, (text) => text.slice(0, 1000));
    await expect(loadModel(engine, folder)).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
    edit(folder, MODEL_FILES.topology, () => '{}');
    await expect(loadModel(engine, folder)).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
  });
});
