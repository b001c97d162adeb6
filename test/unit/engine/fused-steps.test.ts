import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileModel } from '../../../src/engine/graph/compile.ts';
import { compileForTraining } from '../../../src/engine/graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from '../../../src/engine/graph/run.ts';
import type { Pass } from '../../../src/engine/graph/step.ts';
import { type Engine, type LayersModel, loadEngine } from '../../../src/engine/index.ts';
import { float, int } from '../../../src/engine/native.ts';
import { buildModel, disposeModel } from '../../../src/fer/models/index.ts';
import { lengthOf } from '../../support/vector-length.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu', threads: 2 });
});

interface Shape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly narrow: number;
  readonly wide: number;
  readonly out: number;
  readonly stride: 1 | 2;
  readonly expands: boolean;
}

const SMALL: Shape = {
  images: 2,
  height: 6,
  width: 6,
  narrow: 8,
  wide: 16,
  out: 8,
  stride: 1,
  expands: true,
};

const shapes = fc.record({
  images: fc.integer({ min: 1, max: 18 }),
  height: fc.integer({ min: 3, max: 9 }),
  width: fc.integer({ min: 3, max: 14 }),
  narrow: fc.integer({ min: 1, max: 5 }).map((n) => 8 * n),
  wide: fc.integer({ min: 1, max: 6 }).map((n) => 16 * n),
  out: fc.integer({ min: 1, max: 6 }).map((n) => 8 * n),
  stride: fc.constantFrom(1 as const, 2 as const),
  expands: fc.boolean(),
});

/** A convolution, an inverted bottleneck, and a sum of two branches with batch norms and ReLUs. */
function buildNet({ tf }: Engine, shape: Shape): LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [shape.height, shape.width, 3] });
  const norm = (name: string) => layers.batchNormalization({ momentum: 0.9, epsilon: 1e-3, name });
  type Value = typeof image;
  const run = (x: Value, ...list: readonly { apply(x: Value): unknown }[]): Value =>
    list.reduce((value, layer) => layer.apply(value) as Value, x);
  const conv = (filters: number, kernelSize: number, name: string) =>
    layers.conv2d({ filters, kernelSize, padding: 'same', useBias: false, name });
  const first = run(image, conv(shape.expands ? shape.narrow : shape.wide, 3, 'first'), norm('first-bn'));
  const expand = [conv(shape.wide, 1, 'expand'), norm('expand-bn'), layers.reLU({ maxValue: 6, name: 'r1' })];
  const padding = layers.zeroPadding2d({ padding: 1, name: 'pad' });
  const mode = shape.stride === 1 ? 'same' : 'valid';
  const depthwise = layers.depthwiseConv2d({
    kernelSize: 3,
    strides: shape.stride,
    padding: mode,
    useBias: false,
    name: 'depthwise',
  });
  const block = run(
    first,
    ...(shape.expands ? expand : []),
    ...(shape.stride === 1 ? [depthwise] : [padding, depthwise]),
    norm('depthwise-bn'),
    layers.reLU({ maxValue: 6, name: 'r2' }),
    conv(shape.out, 1, 'project'),
  );
  const left = run(block, norm('left-bn'));
  const right = run(
    block,
    conv(shape.out, 1, 'right'),
    norm('right-bn'),
    layers.reLU({ name: 'right-relu' }),
  );
  const sum = run(
    layers.add({ name: 'sum' }).apply([left, right]) as Value,
    layers.reLU({ name: 'sum-relu' }),
  );
  const output = run(
    sum,
    layers.globalAveragePooling2d({ name: 'pool' }),
    layers.dense({ units: 3, name: 'logits' }),
  );
  const net = tf.model({ inputs: image, outputs: output });
  for (const [k, { originalName, shape: sides }] of net.weights.entries()) {
    const size = sides.reduce<number>((product, side) => product * (side ?? 1), 1);
    const values = Float32Array.from({ length: size }, (_, i) =>
      /gamma|variance/.test(originalName) ? 1.2 + Math.sin(i + k) : Math.sin(3 * i * i + k) * 0.6,
    );
    const tensor = tf.tensor(values, sides as number[]);
    net.layers
      .flatMap((layer) => layer.weights)
      .find((one) => one.originalName === originalName)
      ?.write(tensor);
    tensor.dispose();
  }
  return net;
}

type Numbers = ReadonlyMap<string, Float32Array>;

/** Output, gradients and moving statistics of one training pass. */
function pass(on: Engine, net: LayersModel, count: number, images?: Float32Array): Numbers {
  const { tf } = on;
  const moving = net.layers.flatMap((l) => l.weights).filter((w) => /moving/.test(w.originalName));
  const before = moving.map((weight) => weight.read().clone());
  const graph = compileForTraining(on, net);
  const sides = net.inputs[0]?.shape.slice(1) as number[];
  const size = count * sides.reduce((product, side) => product * side, 1);
  const values = images ?? Float32Array.from({ length: size }, (_, i) => Math.sin(i * i) + 0.5);
  const x = tf.tensor(values, [count, ...sides]);
  const how: Pass = { engine: on, training: true, dropoutSeed: () => [1, 2] };
  const tape = runForward(graph, planGradients(graph), how, x);
  const found = new Map([['output', tape.output.dataSync<'float32'>().slice()]]);
  const gradient = tf.tensor(
    Float32Array.from({ length: count * 3 }, (_, i) => Math.cos(5 * i)),
    [count, 3],
  );
  const gradients = runBackward(graph, how, tape, gradient);
  for (const [weight, tensor] of gradients) found.set(weight.name, tensor.dataSync<'float32'>().slice());
  for (const [i, weight] of moving.entries()) {
    found.set(weight.originalName, weight.read().dataSync<'float32'>().slice());
    weight.write(before[i] ?? x);
  }
  tf.dispose([x, ...before, ...gradients.values()]);
  return found;
}

const single = (on: Engine): Engine => ({ ...on, fused: undefined });

/** How far the numbers are from what they should be, as a part of these. */
function difference(actual: Float32Array | undefined, expected: Float32Array): number {
  return (
    lengthOf(expected.map((value, i) => value - (actual?.[i] ?? Number.NaN))) / (lengthOf(expected) + 1e-3)
  );
}

describe("Ferment's own training kernels", () => {
  test('give what single operations give, for any size and any stride, with and without an expansion', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const net = buildNet(engine, shape);
        const own = pass(engine, net, shape.images);
        const expected = pass(single(engine), net, shape.images);
        expect([...own.keys()].sort()).toEqual([...expected.keys()].sort());
        // With few pixels, batch norms divide by variances of almost nothing, and any order of sums shows, as it does
        // where it decides on which side of 0 a ReLU is.
        const allowed = shape.images * shape.height * shape.width < 150 ? 5e-2 : 1e-2;
        for (const [name, values] of expected) {
          expect(difference(own.get(name), values), name).toBeLessThan(allowed);
        }
        disposeModel(net);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test.each([true, false])(
    'give what single operations give where tensors are written past the caches; with an expansion: %s',
    (expands) => {
      // 40 x 48 x 48 x 48 numbers are more than `LARGE` in kernels/vector.h.
      const shape: Shape = { ...SMALL, images: 40, height: 48, width: 48, wide: 48, expands };
      const net = buildNet(engine, shape);
      const own = pass({ ...engine, threads: 3 }, net, shape.images);
      for (const [name, values] of pass(single(engine), net, shape.images)) {
        expect(difference(own.get(name), values), name).toBeLessThan(1e-2);
      }
      disposeModel(net);
    },
  );

  test('give the same bits with one thread and with three', () => {
    const shape: Shape = {
      images: 19,
      height: 12,
      width: 12,
      narrow: 24,
      wide: 144,
      out: 32,
      stride: 2,
      expands: true,
    };
    const net = buildNet(engine, shape);
    const kept = [
      'depthwise/depthwise_kernel',
      'expand/kernel',
      'expand-bn/gamma',
      'depthwise-bn/moving_variance',
    ];
    // The library's own operations around them keep their threads, so that only ours differ.
    const [one, three] = [1, 3].map((threads) => pass({ ...engine, threads }, net, shape.images));
    for (const name of kept) expect(one?.get(name), name).toEqual(three?.get(name));
    disposeModel(net);
  });

  test('leave no tensor behind', () => {
    const net = buildNet(engine, { ...SMALL, expands: false });
    pass(engine, net, 2);
    const before = engine.tf.memory().numTensors;
    pass(engine, net, 2);
    expect(engine.tf.memory().numTensors).toBe(before);
    disposeModel(net);
  });

  test('pass on what is not a number, so that a diverged training is seen', () => {
    const net = buildNet(engine, SMALL);
    const images = new Float32Array(2 * 6 * 6 * 3).fill(Number.NaN);
    expect(pass(engine, net, 2, images).get('output')?.every(Number.isNaN)).toBe(true);
    disposeModel(net);
  });

  test('stay finite where a channel is constant or its scale is 0', () => {
    const net = buildNet(engine, SMALL);
    for (const weight of net.layers.flatMap((layer) => layer.weights)) {
      if (weight.originalName !== 'expand-bn/gamma' && weight.originalName !== 'expand/kernel') continue;
      const zeros = engine.tf.zeros(weight.shape as number[]);
      weight.write(zeros);
      zeros.dispose();
    }
    for (const [name, values] of pass(engine, net, 2)) expect(values.every(Number.isFinite), name).toBe(true);
    disposeModel(net);
  });

  test('refuse tensors that do not fit each other with a sentence', () => {
    const { tf, native } = engine;
    const attributes = [int('threads', 1), float('epsilon', 1e-3)];
    const project = (wide: number, kernel: number[]) => () =>
      native.one('FermentProject', attributes, [
        tf.zeros([1, 2, 2, wide]),
        tf.zeros(kernel),
        ...Array.from({ length: 4 }, () => tf.zeros([wide])),
      ]);
    tf.tidy(() => {
      expect(project(16, [1, 1, 32, 8])).toThrow(/input 1 must have another shape/);
      expect(project(24, [1, 1, 24, 8])).toThrow(/multiple of 16/);
      expect(project(16, [1, 1, 16, 8])).not.toThrow();
    });
  });
});

describe('a graph for training', () => {
  const names = (architecture: 'mobilenetv2' | 'resnet' | 'vgg16' | 'se-resnet', on: Engine): string[] => {
    const model = buildModel(on, { architecture, dropout: 0.1, seed: 7 });
    const { steps } = compileForTraining(on, model);
    disposeModel(model);
    return steps.map(({ name }) => name);
  };

  test('has one step for each inverted bottleneck, and one for each other batch norm with its ReLU', () => {
    const steps = names('mobilenetv2', engine);
    for (const i of [0, 1, 2, 3, 4, 5]) {
      expect(steps).toContain(`b${i}/project`);
      expect(steps.filter((name) => name.startsWith(`b${i}/`) && /expand|depthwise/.test(name))).toEqual([]);
    }
    expect(steps.filter((name) => /relu/.test(name))).toEqual([]);
  });

  test('has the sum of a residual block and its ReLU in the step of the batch norm before', () => {
    const steps = names('resnet', engine);
    expect(steps).toEqual(expect.arrayContaining(['block1/bn2', 'block2/bn2']));
    expect(steps.filter((name) => /add|block.\/relu/.test(name))).toEqual([]);
  });

  test('has the expansion of a bottleneck apart where its two batch norms have other constants', () => {
    const net = buildNet(engine, SMALL);
    const isWhole = () => !compileForTraining(engine, net).steps.some(({ name }) => name === 'expand');
    expect(isWhole()).toBe(true);
    Object.assign(net.getLayer('expand-bn'), { epsilon: 1e-5 });
    expect(isWhole()).toBe(false);
    disposeModel(net);
  });

  test('keeps frozen layers as they are', () => {
    const model = buildModel(engine, { architecture: 'vgg16', dropout: 0.1, seed: 7 });
    const own = compileForTraining(engine, model);
    expect(own.weights.map(({ name }) => name)).toEqual(compileModel(model).weights.map(({ name }) => name));
    disposeModel(model);
  });

  test('is that of single operations where the kernels are not loaded', () => {
    expect(names('se-resnet', single(engine)).length).toBeGreaterThan(names('se-resnet', engine).length);
  });
});
