import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileModel } from '../../../src/engine/graph/compile.ts';
import { runInference } from '../../../src/engine/graph/run.ts';
import { createInference, type Engine, type LayersModel, loadEngine } from '../../../src/engine/index.ts';
import { buildModel } from '../../../src/fer/index.ts';
import {
  formulaImages,
  maxDifference,
  type NetReference,
  readReference,
  setFormulaWeights,
} from './reference.ts';

let engine: Engine;
let tensorsBefore = 0;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
  tensorsBefore = engine.tf.memory().numTensors;
});
afterAll(() => expect(engine.tf.memory().numTensors).toBe(tensorsBefore));

interface Outputs {
  readonly logits: Float32Array;
  readonly embeddings: Float32Array;
}

/** Every operation of the model by itself: batch norms are not folded, nothing is fused. */
function unfolded(model: LayersModel, images: Float32Array, shape: readonly number[]): Outputs {
  const graph = compileModel(model);
  const x = engine.tf.tensor(images, [...shape]);
  const pass = { engine, training: false, dropoutSeed: () => [0, 0] as const };
  const tensors = runInference(graph, pass, x, [graph.output, graph.embedding]);
  const [logits = NONE, embeddings = NONE] = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  engine.tf.dispose([x, ...tensors]);
  return { logits, embeddings };
}

function folded(
  model: LayersModel,
  images: Float32Array,
  shape: readonly number[],
  kernels: Engine['kernels'],
): Outputs {
  const inference = createInference({ ...engine, kernels }, model);
  const outputs = runOnce(inference, images, shape);
  inference.dispose();
  return outputs;
}

function runOnce(
  inference: ReturnType<typeof createInference>,
  images: Float32Array,
  shape: readonly number[],
): Outputs {
  const x = engine.tf.tensor(images, [...shape]);
  const { logits, embeddings } = inference.run(x);
  const outputs = {
    logits: Float32Array.from(logits.dataSync()),
    embeddings: Float32Array.from(embeddings.dataSync()),
  };
  engine.tf.dispose([x, logits, embeddings]);
  return outputs;
}

const NONE = new Float32Array(0);

describe.each([
  ['resnet', 'resnet', 'onednn'],
  ['resnet', 'resnet', 'standard'],
  ['mobilenetv2', 'mobilenet', 'onednn'],
  ['mobilenetv2', 'mobilenet', 'standard'],
] as const)('%s', (architecture, file, kernels) => {
  test(`folded it gives what its operations give one by one, for any size of batch (${kernels} kernels)`, () => {
    const model = buildModel(engine, { architecture, dropout: 0.5, seed: 1 });
    setFormulaWeights(engine, model, readReference<NetReference>(file).tensors);
    for (const count of [4, 1]) {
      const images = formulaImages(count);
      const expected = unfolded(model, images, [count, 48, 48, 3]);
      const actual = folded(model, images, [count, 48, 48, 3], kernels);
      expect(maxDifference(actual.logits, [...expected.logits])).toBeLessThanOrEqual(2e-5);
      expect(maxDifference(actual.embeddings, [...expected.embeddings])).toBeLessThanOrEqual(2e-5);
    }
    model.dispose();
  });
});

test('images of another size than the model’s go through as well, where no layer is tied to one', () => {
  const model = buildModel(engine, { architecture: 'mobilenetv2', dropout: 0, seed: 1 });
  setFormulaWeights(engine, model, readReference<NetReference>('mobilenet').tensors);
  const images = formulaImages(1).subarray(0, 32 * 32 * 3);
  const expected = unfolded(model, images, [1, 32, 32, 3]);
  const actual = folded(model, images, [1, 32, 32, 3], engine.kernels);
  expect(maxDifference(actual.logits, [...expected.logits])).toBeLessThanOrEqual(2e-5);
  model.dispose();
});

describe('a net with a batch norm before its products, and one behind a kernel that two layers read', () => {
  function buildNet(): LayersModel {
    const { layers, input, model } = engine.tf;
    const image = input({ shape: [4, 4, 3] });
    type Symbolic = typeof image;
    const norm = layers.batchNormalization({ epsilon: 1e-3, name: 'first' }).apply(image) as Symbolic;
    const conv = layers
      .conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'conv' })
      .apply(norm) as Symbolic;
    const second = layers.batchNormalization({ name: 'second' }).apply(conv) as Symbolic;
    const sum = layers.add({ name: 'sum' }).apply([conv, second]) as Symbolic;
    const flat = layers.flatten({ name: 'flat' }).apply(sum) as Symbolic;
    const output = layers.dense({ units: 2, name: 'dense' }).apply(flat) as Symbolic;
    const net = model({ inputs: image, outputs: output });
    setWeights(net, 1);
    return net;
  }

  function setWeights(net: LayersModel, factor: number): void {
    for (const variable of net.layers.flatMap((layer) => layer.weights)) {
      const size = variable.shape.reduce<number>((product, side) => product * (side ?? 1), 1);
      const values = Float32Array.from(
        { length: size },
        (_, i) => 1.5 + Math.sin(factor * i + variable.originalName.length),
      );
      const tensor = engine.tf.tensor(values, variable.shape as number[]);
      variable.write(tensor);
      tensor.dispose();
    }
  }

  const images = Float32Array.from({ length: 2 * 48 }, (_, i) => Math.sin(i * i));

  test('gives the same, and follows its weights', () => {
    const net = buildNet();
    const inference = createInference(engine, net);
    for (const factor of [1, 2]) {
      setWeights(net, factor);
      const expected = unfolded(net, images, [2, 4, 4, 3]).logits;
      const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const { logits } = runOnce(inference, images, [2, 4, 4, 3]);
      expect(maxDifference(logits, [...expected])).toBeLessThanOrEqual(1e-6 * largest);
    }
    inference.dispose();
    net.dispose();
  });
});
