import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTrainer,
  type Engine,
  type LayersModel,
  loadEngine,
  type TensorStates,
  type TrainerOptions,
} from '../../../src/engine/index.ts';

// A net of the study's kinds of layers that trains in milliseconds: 4 x 4 images, two classes.
let engine: Engine;
let tensorsBefore = 0;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
  tensorsBefore = engine.tf.memory().numTensors;
});
afterAll(() => expect(engine.tf.memory().numTensors).toBe(tensorsBefore));

function buildNet(frozen: 'nothing' | 'conv and bn' = 'nothing'): LayersModel {
  const { layers, input, model } = engine.tf;
  const trainable = frozen === 'nothing';
  const image = input({ shape: [4, 4, 3] });
  const output = [
    layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      name: 'conv',
      trainable,
    }),
    layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name: 'bn', trainable }),
    layers.dropout({ rate: 0.3, name: 'drop' }),
    layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
    layers.flatten({ name: 'flatten' }),
    layers.dense({ units: 2, name: 'dense' }),
  ].reduce((x, layer) => layer.apply(x) as typeof image, image);
  const net = model({ inputs: image, outputs: output });
  for (const variable of net.layers.flatMap((layer) => layer.weights)) {
    const size = variable.shape.reduce<number>((product, side) => product * (side ?? 1), 1);
    const isVariance = variable.originalName.endsWith('moving_variance');
    const values = Float32Array.from({ length: size }, (_, i) =>
      isVariance ? 1 : Math.sin(i + variable.originalName.length),
    );
    const tensor = engine.tf.tensor(values, variable.shape as number[]);
    variable.write(tensor);
    tensor.dispose();
  }
  return net;
}

const images = Float32Array.from({ length: 8 * 48 }, (_, i) => Math.sin(i * i));
const labels = [0, 1, 0, 1, 1, 0, 0, 1];
const OPTIONS: TrainerOptions = {
  optimizer: { kind: 'adam', learningRate: 0.01, weightDecay: 1e-3 },
  seed: 5,
};

/** Trains a fresh net for some steps and gives what is left of it. */
function train(options: TrainerOptions, steps: number, from?: TensorStates) {
  const net = buildNet();
  const trainer = createTrainer(engine, net, options);
  if (from !== undefined) trainer.restore(from);
  const losses = Array.from({ length: steps }, () => trainer.step(images, labels).loss);
  const result = { losses, state: trainer.state(), iterations: trainer.iterations };
  trainer.dispose();
  net.dispose();
  return result;
}

describe('a trainer', () => {
  test('compares with target rows where it gets them: smoothed labels as rows are smoothed labels', () => {
    const step = (options: TrainerOptions, targets?: Float32Array) => {
      const net = buildNet();
      const trainer = createTrainer(engine, net, options);
      try {
        return { ...trainer.step(images, labels, targets), state: trainer.state() };
      } finally {
        trainer.dispose();
        net.dispose();
      }
    };
    const rows = Float32Array.from(labels.flatMap((label) => (label === 0 ? [0.9, 0.1] : [0.1, 0.9])));
    const weights = { classWeights: [1, 2] };
    const smoothed = step({ ...OPTIONS, ...weights, labelSmoothing: 0.2 });
    expect(step({ ...OPTIONS, ...weights }, rows)).toEqual(smoothed);
    expect(step({ ...OPTIONS, ...weights })).not.toEqual(smoothed);
    expect(() => step(OPTIONS, rows.subarray(1))).toThrow(
      'Targets of 8 images must be [8, 2]. Received: 15 numbers.',
    );
  });

  test('lowers the loss', () => {
    const { losses } = train({ ...OPTIONS, optimizer: { kind: 'sgd', learningRate: 0.05 } }, 40);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  });

  test('does the same steps to the bit when it is run again, and others with another seed', () => {
    const first = train(OPTIONS, 4);
    expect(train(OPTIONS, 4)).toEqual(first);
    expect(train({ ...OPTIONS, seed: 6 }, 4).losses).not.toEqual(first.losses);
  });

  test.each(['adam', 'sgd'] as const)('goes on from a saved %s state to the bit', (kind) => {
    const options: TrainerOptions = { ...OPTIONS, optimizer: { kind, learningRate: 0.01 } };
    const whole = train(options, 5);
    const half = train(options, 2);
    const rest = train(options, 3, half.state);
    expect(rest.state).toEqual(whole.state);
    expect(rest.losses).toEqual(whole.losses.slice(2));
    expect(rest.iterations).toBe(5);
  });

  test('names everything that its state holds', () => {
    expect(
      [...train(OPTIONS, 1).state].map(([name, { shape }]) => `${name} [${shape}]`),
    ).toMatchInlineSnapshot(`
      [
        "optimizer/iterations [1]",
        "optimizer/first-moment/conv/kernel [3,3,3,4]",
        "optimizer/second-moment/conv/kernel [3,3,3,4]",
        "optimizer/first-moment/conv/bias [4]",
        "optimizer/second-moment/conv/bias [4]",
        "optimizer/first-moment/bn/gamma [4]",
        "optimizer/second-moment/bn/gamma [4]",
        "optimizer/first-moment/bn/beta [4]",
        "optimizer/second-moment/bn/beta [4]",
        "optimizer/first-moment/dense/kernel [16,2]",
        "optimizer/second-moment/dense/kernel [16,2]",
        "optimizer/first-moment/dense/bias [2]",
        "optimizer/second-moment/dense/bias [2]",
        "weights/conv/kernel [3,3,3,4]",
        "weights/conv/bias [4]",
        "weights/bn/gamma [4]",
        "weights/bn/beta [4]",
        "weights/bn/moving_mean [4]",
        "weights/bn/moving_variance [4]",
        "weights/dense/kernel [16,2]",
        "weights/dense/bias [2]",
      ]
    `);
  });

  test('refuses a state of another optimizer or shape, and then is as before', () => {
    const net = buildNet();
    const trainer = createTrainer(engine, net, OPTIONS);
    const before = trainer.state();
    const { state } = train({ ...OPTIONS, optimizer: { kind: 'sgd', learningRate: 0.01 } }, 1);
    expect(() => trainer.restore(state)).toThrow(
      /optimizer\/first-moment\/conv\/kernel should be \[3, 3, 3, 4\]/,
    );
    const wrong = new Map(before).set('weights/dense/bias', { shape: [3], values: new Float32Array(3) });
    expect(() => trainer.restore(wrong)).toThrow(/weights\/dense\/bias should be \[2\]. Received: \[3\]/);
    expect(trainer.state()).toEqual(before);
    trainer.dispose();
    net.dispose();
  });

  test('leaves frozen layers and their moving statistics alone', () => {
    const net = buildNet('conv and bn');
    const frozen = () =>
      net.layers.slice(1, 3).flatMap((l) => l.weights.map((v) => [...v.read().dataSync()]));
    const before = frozen();
    const trainer = createTrainer(engine, net, OPTIONS);
    trainer.step(images, labels);
    expect(frozen()).toEqual(before);
    expect([...trainer.state().keys()].filter((name) => name.startsWith('weights/'))).toEqual([
      'weights/dense/kernel',
      'weights/dense/bias',
    ]);
    trainer.dispose();
    net.dispose();
  });

  test('takes up weights that were written to the model between two steps', () => {
    const net = buildNet();
    const trainer = createTrainer(engine, net, {
      ...OPTIONS,
      optimizer: { kind: 'sgd', learningRate: 1e-4 },
    });
    trainer.step(images, labels);
    const bias = net.layers.flatMap((l) => l.weights).find((v) => v.originalName === 'dense/bias');
    const written = engine.tf.tensor1d([5, 7]);
    bias?.write(written);
    written.dispose();
    trainer.step(images, labels);
    const moved = [...(bias?.read().dataSync() ?? [])];
    expect(moved.map(Math.round)).toEqual([5, 7]);
    expect(moved).not.toEqual([5, 7]);
    trainer.dispose();
    net.dispose();
  });

  test('weighs loss and gradient of each class, over the number of samples', () => {
    const plain = train(OPTIONS, 1);
    const doubled = train({ ...OPTIONS, classWeights: [2, 2] }, 1);
    expect(doubled.losses[0]).toBeCloseTo(2 * (plain.losses[0] ?? 0), 6);
    const only = train({ ...OPTIONS, classWeights: [1, 0] }, 1).losses[0] ?? 0;
    const other = train({ ...OPTIONS, classWeights: [0, 1] }, 1).losses[0] ?? 0;
    expect(only + other).toBeCloseTo(plain.losses[0] ?? 0, 6);
  });

  test('counts the images whose label has the largest logit', () => {
    const { correct } = firstStep(labels);
    expect(correct).toBeGreaterThan(0);
    expect(firstStep(labels.map((label) => 1 - label)).correct).toBe(8 - correct);
  });

  test('reports the loss without weight decay', () => {
    const decayed = { kind: 'sgd', learningRate: 1e-3, weightDecay: 10 } as const;
    expect(firstStep(labels, decayed).loss).toBe(firstStep(labels).loss);
  });

  function firstStep(given: readonly number[], optimizer: TrainerOptions['optimizer'] = OPTIONS.optimizer) {
    const net = buildNet();
    const trainer = createTrainer(engine, net, { ...OPTIONS, optimizer });
    const result = trainer.step(images, given);
    trainer.dispose();
    net.dispose();
    return result;
  }

  test('takes a tensor, which stays the caller’s, as well as numbers', () => {
    const net = buildNet();
    const trainer = createTrainer(engine, net, OPTIONS);
    const batch = engine.tf.tensor4d(images, [8, 4, 4, 3]);
    expect(trainer.step(batch, Uint8Array.from(labels)).loss).toBe(train(OPTIONS, 1).losses[0]);
    expect(batch.isDisposed).toBe(false);
    batch.dispose();
    trainer.dispose();
    net.dispose();
  });

  test('refuses batches and labels that do not fit', () => {
    const net = buildNet();
    const trainer = createTrainer(engine, net, OPTIONS);
    expect(() => trainer.step(images.subarray(48), labels)).toThrow(
      'A batch with 8 labels needs images of the shape [8, 4, 4, 3]. Received: 336 numbers.',
    );
    expect(() => trainer.step(images, [0, 1, 0, 1, 2, 0, 0, 1])).toThrow(
      'Labels must be integers from 0 to 1. Received: 2 at position 4.',
    );
    expect(() => trainer.step(new Float32Array(), [])).toThrow(/A batch with 0 labels/);
    trainer.dispose();
    net.dispose();
  });
});
