import { expect } from 'vitest';

import { compileForTraining } from '../../src/engine/graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from '../../src/engine/graph/run.ts';
import type { Pass } from '../../src/engine/graph/step.ts';
import {
  createInference,
  createTrainer,
  type Engine,
  type LayersModel,
  type OptimizerOptions,
} from '../../src/engine/index.ts';
import { softmaxCrossEntropy } from '../../src/engine/ops/softmax-cross-entropy.ts';

export interface Passes {
  readonly logits: readonly number[];
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

export interface Training {
  readonly losses: readonly number[];
  readonly leaked: number;
  readonly logits: readonly number[];
  readonly state: Readonly<Record<string, readonly number[]>>;
}

const COUNT = 6;
const SIDE = 8;
const CLASSES = 3;
const STEPS = 2;
const images = Float32Array.from({ length: COUNT * SIDE * SIDE * 3 }, (_, i) => Math.sin(i * i));
const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES);

/** Every kind of layer of the nets, in small: both convolutions, all ways of padding, all activations, excitation. */
function buildNet({ tf }: Engine): LayersModel {
  const { layers, input, model } = tf;
  const image = input({ shape: [SIDE, SIDE, 3] });
  const norm = (name: string) => layers.batchNormalization({ momentum: 0.9, epsilon: 1e-3, name });
  const run = (x: typeof image, ...list: readonly { apply(x: typeof image): unknown }[]): typeof image =>
    list.reduce((value, layer) => layer.apply(value) as typeof image, x);
  const stem = run(
    image,
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', name: 'stem' }),
    norm('stem-bn'),
  );
  const branch = run(
    stem,
    layers.conv2d({ filters: 8, kernelSize: 1, useBias: false, name: 'expand' }),
    norm('expand-bn'),
    layers.reLU({ maxValue: 6, name: 'relu6' }),
    layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false, name: 'depthwise' }),
    norm('depthwise-bn'),
  );
  const sum = layers.add({ name: 'add' }).apply([stem, branch]) as typeof image;
  const maps = run(
    sum,
    layers.zeroPadding2d({
      padding: [
        [1, 1],
        [1, 1],
      ],
      name: 'pad',
    }),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'valid', useBias: false, name: 'down' }),
    layers.conv2d({
      filters: 12,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      name: 'down-same',
    }),
    layers.maxPooling2d({ poolSize: 2, strides: 1, padding: 'same', name: 'pool' }),
    layers.conv2d({ filters: 16, kernelSize: 2, padding: 'valid', activation: 'relu', name: 'last' }),
  );
  const factors = run(
    maps,
    layers.globalAveragePooling2d({ name: 'squeeze' }),
    layers.dense({ units: 16, activation: 'sigmoid', name: 'excite' }),
    layers.reshape({ targetShape: [1, 1, 16], name: 'factors' }),
  );
  const output = run(
    layers.multiply({ name: 'scale' }).apply([maps, factors]) as typeof image,
    layers.globalAveragePooling2d({ name: 'mean' }),
    layers.dense({ units: 10, activation: 'relu', name: 'hidden' }),
    norm('hidden-bn'),
    layers.dropout({ rate: 0.3, name: 'drop' }),
    layers.dense({ units: CLASSES, name: 'logits' }),
  );
  const net = model({ inputs: image, outputs: output });
  for (const variable of net.layers.flatMap((layer) => layer.weights)) {
    const { name, length } = { name: variable.originalName, length: size(variable.shape) };
    const values = Float32Array.from({ length }, (_, i) =>
      name.endsWith('variance') ? 1 + Math.cos(i) / 4 : Math.sin(3 * i + name.length) / 2,
    );
    variable.write(tf.tensor(values, variable.shape as number[]));
  }
  return net;
}

const size = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((product, side) => product * (side ?? 1), 1);

/** One forward and backward pass in training mode, with dropout. */
export function passes(engine: Engine): Passes {
  const { tf } = engine;
  const graph = compileForTraining(engine, buildNet(engine));
  const x = tf.tensor(images, [COUNT, SIDE, SIDE, 3]);
  const pass: Pass = { engine, training: true, dropoutSeed: () => [7, 1] };
  const tape = runForward(graph, planGradients(graph), pass, x);
  const logits = Array.from(tape.output.dataSync());
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat();
  const { losses, gradient } = softmaxCrossEntropy(engine, tape.output, targets);
  const gradients = runBackward(graph, pass, tape, gradient.clone());
  return {
    logits,
    losses: Array.from(losses.dataSync()),
    gradients: Object.fromEntries(
      [...gradients].map(([weight, g]) => [weight.name, Array.from(g.dataSync())]),
    ),
  };
}

/** Some steps of an optimizer; `leaked` counts the tensors that the later ones left behind. */
export function training(engine: Engine, optimizer: OptimizerOptions, averageDecay = 0): Training {
  const { tf } = engine;
  const net = buildNet(engine);
  const trainer = createTrainer(engine, net, {
    optimizer,
    averageDecay,
    seed: 5,
    labelSmoothing: 0.1,
    classWeights: [1, 2, 0.5],
  });
  const losses: number[] = [];
  let tensors = 0;
  for (let step = 0; step < STEPS; step++) {
    losses.push(trainer.step(images, labels).loss);
    if (step === 0) tensors = tf.memory().numTensors;
  }
  const leaked = tf.memory().numTensors - tensors;
  const { logits } = createInference(engine, net).run(tf.tensor(images, [COUNT, SIDE, SIDE, 3]));
  const state = Object.fromEntries(
    [...trainer.state()].map(([name, { values }]) => [name, Array.from(values)]),
  );
  trainer.dispose();
  return { losses, leaked, logits: Array.from(logits.dataSync()), state };
}

export interface Numbers {
  readonly passes: Passes;
  readonly adam: Training;
  readonly adamw: Training;
  readonly sgd: Training;
}

/** All numbers of the small net on an engine. */
export function trainSmallNet(engine: Engine): Numbers {
  return {
    passes: passes(engine),
    adam: training(engine, { kind: 'adam', learningRate: 0.01, weightDecay: 1e-3 }),
    adamw: training(
      engine,
      // The epsilon keeps Adam from making a whole step of the noise that stands for a gradient of 0.
      { kind: 'adam', learningRate: 0.01, epsilon: 1e-3, weightDecay: 0.5, weightDecayMode: 'decoupled' },
      0.5,
    ),
    sgd: training(engine, { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }),
  };
}

/** The largest difference, as a part of the largest value. */
function difference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.NaN;
  const off = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  return off / Math.max(...expected.map(Math.abs));
}

/** A bias before a batch norm has the gradient 0 in exact arithmetic, and noise in any other. */
const NOISE = /hidden\/bias$/;

/** Expects of each array the numbers of another device, within what the order of float32 sums can move. */
export function expectSameNumbers(actual: Numbers, expected: Numbers): void {
  const compare = (
    what: string,
    ours: readonly number[],
    theirs: readonly number[],
    allowed: number,
  ): void => {
    if (!NOISE.test(what)) expect(difference(ours, theirs), what).toBeLessThanOrEqual(allowed);
  };
  compare('logits', actual.passes.logits, expected.passes.logits, 2e-5);
  compare('losses', actual.passes.losses, expected.passes.losses, 2e-5);
  expect(Object.keys(actual.passes.gradients)).toEqual(Object.keys(expected.passes.gradients));
  for (const [name, values] of Object.entries(expected.passes.gradients))
    compare(name, actual.passes.gradients[name] ?? [], values, 2e-4);
  for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
    const [ours, theirs] = [actual[optimizer], expected[optimizer]];
    compare(`${optimizer} losses`, ours.losses, theirs.losses, 2e-5);
    compare(`${optimizer} logits`, ours.logits, theirs.logits, 5e-5);
    expect(Object.keys(ours.state)).toEqual(Object.keys(theirs.state));
    for (const [name, values] of Object.entries(theirs.state))
      compare(`${optimizer} ${name}`, ours.state[name] ?? [], values, 5e-4);
    expect(ours.leaked, `${optimizer}: tensors left behind`).toBe(0);
  }
}
