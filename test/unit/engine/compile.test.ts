import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createInference, type Engine, loadEngine } from '../../../src/engine/index.ts';
import type { LayersModel, SymbolicTensor } from '../../../src/engine/native.ts';
import { maxDifference } from './reference.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});
beforeEach(() => engine.tf.engine().startScope());
afterEach(() => engine.tf.engine().endScope());

type Layers = Engine['tf']['layers'];
type Build = (layers: Layers, x: SymbolicTensor) => SymbolicTensor;

/** A layer where it is called, in these tests always with one output. */
function apply(layer: { apply(x: never): unknown }, ...inputs: SymbolicTensor[]): SymbolicTensor {
  return layer.apply((inputs.length === 1 ? inputs[0] : inputs) as never) as SymbolicTensor;
}

function modelOf(build: Build, shape: readonly number[] = [4, 4, 4]): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: [...shape] });
  const features = build(tf.layers, input);
  const flat = features.shape.length > 2 ? apply(tf.layers.flatten(), features) : features;
  return tf.model({ inputs: input, outputs: apply(tf.layers.dense({ units: 3, name: 'logits' }), flat) });
}

const dense = (layers: Layers, x: SymbolicTensor, units = 4) => apply(layers.dense({ units }), x);

const FIRST = { dataFormat: 'channelsFirst', name: 'it' } as const;

describe('is refused, with the layer and the reason', () => {
  test.each<[string, readonly number[], Build, string]>([
    [
      'a sum of three',
      [4],
      (layers, x) => apply(layers.add({ name: 'it' }), dense(layers, x), dense(layers, x), dense(layers, x)),
      'two inputs are needed, it has 3',
    ],
    [
      'a product of three',
      [4],
      (layers, x) =>
        apply(layers.multiply({ name: 'it' }), dense(layers, x), dense(layers, x), dense(layers, x)),
      'two inputs are needed, it has 3',
    ],
    [
      'a sum in which one branch is repeated',
      [4],
      (layers, x) => apply(layers.add({ name: 'it' }), dense(layers, x), dense(layers, x, 1)),
      'inputs of one shape are needed, they are [4] and [1]',
    ],
    [
      'a product of different ranks',
      [4, 4, 4],
      (layers, x) => apply(layers.multiply({ name: 'it' }), x, apply(layers.globalAveragePooling2d({}), x)),
      'inputs of one rank are needed, they are [4,4,4] and [4]',
    ],
    [
      'a layer that is called twice',
      [4],
      (layers, x) => {
        const shared = layers.dense({ units: 4, name: 'it' });
        return apply(shared, apply(shared, x));
      },
      'it is called more than once',
    ],
    [
      'a batch norm over rows',
      [4, 4, 4],
      (layers, x) => apply(layers.batchNormalization({ axis: 1, name: 'it' }), x),
      "'axis' is 1",
    ],
    [
      'a dropout that repeats its draws',
      [4, 4, 4],
      (layers, x) => apply(layers.dropout({ rate: 0.5, noiseShape: [1, 1, 1, 4], name: 'it' }), x),
      "'noiseShape' is [1,1,1,4]",
    ],
    [
      'a dense layer on more than one axis',
      [4, 4],
      (layers, x) => apply(layers.dense({ units: 2, name: 'it' }), x),
      'its input has 2 axes, one is needed',
    ],
  ])('%s', (_, shape, build, why) => {
    expect(() => createInference(engine, modelOf(build, shape))).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: `The layer it cannot be compiled: ${why}.` }),
    );
  });

  test.each<[string, Build]>([
    ['convolution', (layers, x) => apply(layers.conv2d({ ...FIRST, filters: 4, kernelSize: 3 }), x)],
    ['depthwise convolution', (layers, x) => apply(layers.depthwiseConv2d({ ...FIRST, kernelSize: 3 }), x)],
    ['pooling', (layers, x) => apply(layers.maxPooling2d({ ...FIRST, poolSize: [2, 1] }), x)],
    ['global average', (layers, x) => apply(layers.globalAveragePooling2d(FIRST), x)],
    ['flatten', (layers, x) => apply(layers.flatten(FIRST), x)],
    [
      'padding',
      (layers, x) =>
        apply(
          layers.conv2d({ filters: 4, kernelSize: 3 }),
          apply(layers.zeroPadding2d({ ...FIRST, padding: 1 }), x),
        ),
    ],
  ])('a %s with the channels first', (_, build) => {
    expect(() => createInference(engine, modelOf(build))).toThrow(
      'The layer it cannot be compiled: \'dataFormat\' is "channelsFirst".',
    );
  });

  test('a model with two inputs', () => {
    const { tf } = engine;
    const inputs = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const model = tf.model({ inputs, outputs: apply(tf.layers.add(), ...inputs) });
    expect(() => createInference(engine, model)).toThrow(
      'A model with one input and one output is needed. Received: 2 and 1.',
    );
  });
});

describe('runs as TensorFlow.js runs it', () => {
  test.each<[string, readonly number[], Build]>([
    ['a sum of a branch with itself', [4], (layers, x) => apply(layers.add(), x, x)],
    [
      'a product with one factor for each map',
      [4, 4, 4],
      (layers, x) => {
        const means = apply(layers.globalAveragePooling2d({}), x);
        return apply(layers.multiply(), x, apply(layers.reshape({ targetShape: [1, 1, 4] }), means));
      },
    ],
    [
      'a batch norm whose axis is counted from the front',
      [4, 4, 4],
      (layers, x) =>
        apply(
          layers.batchNormalization({ axis: 3, gammaInitializer: 'randomNormal', betaInitializer: 'ones' }),
          x,
        ),
    ],
  ])('%s', (_, shape, build) => {
    expectSameLogits(modelOf(build, shape), shape);
  });

  test('a model of layers that another model calls on other inputs', () => {
    const { tf } = engine;
    const [first, last] = [tf.layers.dense({ units: 4 }), tf.layers.dense({ units: 3 })];
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    tf.model({ inputs: a, outputs: apply(last, apply(first, a)) });
    const doubled = apply(tf.layers.add(), b, b);
    expectSameLogits(tf.model({ inputs: b, outputs: apply(last, apply(first, doubled)) }), [4]);
  });
});

function expectSameLogits(model: LayersModel, shape: readonly number[]): void {
  const x = engine.tf.randomUniform([2, ...shape], -1, 1, 'float32', 3);
  const inference = createInference(engine, model);
  const { logits } = inference.run(x);
  const expected = model.predict(x) as typeof logits;
  expect(maxDifference(Float32Array.from(logits.dataSync()), [...expected.dataSync()])).toBeLessThan(1e-6);
  inference.dispose();
}
