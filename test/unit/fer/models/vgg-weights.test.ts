import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, type LayersModel, loadEngine } from '../../../../src/engine/index.ts';
import { buildModel, disposeModel, loadVggWeights } from '../../../../src/fer/models/index.ts';
import { writeHdf5 } from '../../../support/hdf5.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { encodeSafetensors } from '../../engine/safetensors.ts';

let engine: Engine;
let model: LayersModel;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
  model = buildModel(engine, { architecture: 'vgg16', dropout: 0.5, seed: 1 });
});
afterAll(() => disposeModel(model));

/** The 13 convolutions' tensors, each filled with numbers of its own: 1000 times its place, plus the index. */
function convolutions() {
  const variables = model.layers
    .filter((layer) => layer.getClassName() === 'Conv2D')
    .flatMap((layer) => layer.weights);
  return variables.map((variable, place) => {
    const shape = variable.shape.map((side) => side ?? 0);
    const size = shape.reduce((product, side) => product * side, 1);
    const [layer = '', part = ''] = variable.originalName.split('/');
    return {
      layer,
      part,
      shape,
      values: Float32Array.from({ length: size }, (_, i) => 1000 * place + (i % 999)),
    };
  });
}

function firstNumbers(): number[] {
  const layers = model.layers.filter((layer) => layer.getClassName() === 'Conv2D');
  return layers.flatMap((layer) => layer.weights.map((v) => v.read().dataSync()[1] ?? Number.NaN));
}
const loadedNumbers = Array.from({ length: 26 }, (_, place) => 1000 * place + 1);

function resetToZero(): void {
  for (const variable of model.layers.flatMap((layer) => layer.weights)) {
    const zeros = engine.tf.zeros(variable.shape.map((side) => side ?? 0));
    variable.write(zeros);
    zeros.dispose();
  }
}

/** A file of the structure that Keras writes: a group per layer, perhaps below another group. */
function writeKerasFile(path: string, nameOf: (layer: string, part: string) => string): Promise<void> {
  const tensors = convolutions().map(({ layer, part, ...tensor }) => ({
    ...tensor,
    name: nameOf(layer, part),
  }));
  return writeHdf5(path, tensors);
}

describe('loadVggWeights', () => {
  test.each([
    ['the no-top file of Keras 2', (l: string, p: string) => `${l}/${l}_${p === 'kernel' ? 'W' : 'b'}_1:0`],
    ['a saved model', (l: string, p: string) => `model_weights/${l}/${l}/${p}:0`],
  ])('reads %s', async (_, nameOf) => {
    const path = join(temporaryFolder(), 'vgg.h5');
    await writeKerasFile(path, nameOf);
    resetToZero();
    const before = engine.tf.memory().numTensors;
    await loadVggWeights(engine, model, path);
    expect(firstNumbers()).toEqual(loadedNumbers);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  const safetensors = (change: (name: string) => string | undefined = (name) => name): Uint8Array =>
    encodeSafetensors(
      Object.fromEntries(
        convolutions().flatMap(({ layer, part, shape, values }) => {
          const name = change(`${layer}/${part}`);
          return name === undefined ? [] : [[name, { shape, values }]];
        }),
      ),
    );

  test('reads safetensors with Keras’ names', async () => {
    const path = join(temporaryFolder(), 'vgg.safetensors');
    writeFileSync(path, safetensors());
    resetToZero();
    await loadVggWeights(engine, model, path);
    expect(firstNumbers()).toEqual(loadedNumbers);
  });

  test('lists what is missing or of another shape, and changes nothing', async () => {
    const path = join(temporaryFolder(), 'vgg.safetensors');
    const other = { shape: [3, 3, 3, 32], values: new Float32Array(864) };
    writeFileSync(path, encodeSafetensors({ 'block1_conv1/kernel': other }));
    const before = firstNumbers();
    const refused = loadVggWeights(engine, model, path);
    await expect(refused).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
    await expect(refused).rejects.toThrow(
      /other shape: block1_conv1\/kernel should be \[3, 3, 3, 64\] and is \[3, 3, 3, 32\]\n {2}missing: block1_conv1\/bias \[64\]\n[\s\S]*\n {2}missing: block5_conv3\/bias \[512\]$/,
    );
    expect(firstNumbers()).toEqual(before);
  });

  test('says why PyTorch’s weights are refused', async () => {
    const path = join(temporaryFolder(), 'vgg.safetensors');
    writeFileSync(
      path,
      encodeSafetensors({ 'features.0.weight': { shape: [1], values: new Float32Array(1) } }),
    );
    await expect(loadVggWeights(engine, model, path)).rejects.toMatchObject({
      hint: 'These are PyTorch weights: they expect images in another form than Keras. Take the Keras file.',
    });
  });

  test('refuses missing files and other kinds of files', async () => {
    const folder = temporaryFolder();
    await expect(loadVggWeights(engine, model, join(folder, 'none.h5'))).rejects.toMatchObject({
      code: 'DATA_MISSING',
    });
    const text = join(folder, 'weights.h5');
    writeFileSync(text, 'hello');
    await expect(loadVggWeights(engine, model, text)).rejects.toThrow(
      /should be a Keras .h5 or a .safetensors file/,
    );
  });
});
