import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTrainer, type Engine, loadEngine, type TrainerOptions } from '../../../src/engine/index.ts';

// One dense layer on two numbers: small enough to follow by hand in double precision.
let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

const KERNEL = [0.3, -0.2, 0.1, 0.5];
const BIAS = [0.05, -0.1];
const IMAGES = Float32Array.of(1, -2, 0.5, 3);
const LABELS = [0, 1];

function start(options: Omit<TrainerOptions, 'seed'>) {
  const { layers, input, model } = engine.tf;
  const image = input({ shape: [1, 1, 2] });
  const flat = layers.flatten().apply(image) as typeof image;
  const net = model({
    inputs: image,
    outputs: layers.dense({ units: 2, name: 'dense' }).apply(flat) as typeof image,
  });
  for (const [i, variable] of net.layers.flatMap((layer) => layer.weights).entries()) {
    const tensor = i === 0 ? engine.tf.tensor(KERNEL, [2, 2]) : engine.tf.tensor(BIAS, [2]);
    variable.write(tensor);
    tensor.dispose();
  }
  const trainer = createTrainer(engine, net, { ...options, seed: 1 });
  onTestFinished(() => {
    trainer.dispose();
    net.dispose();
  });
  const numbers = (): number[] =>
    net.layers.flatMap((layer) => layer.weights).flatMap((v) => [...v.read().dataSync()]);
  return { trainer, numbers };
}

/** Gradients of the mean cross-entropy for kernel and bias, `[2, 2]` row-major then `[2]`. */
function gradientsAt(weights: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = weights;
  const sums = [0, 0, 0, 0, 0, 0];
  for (const [n, label] of LABELS.entries()) {
    const [x = 0, y = 0] = [IMAGES[2 * n], IMAGES[2 * n + 1]];
    const difference = a * x + c * y + e - (b * x + d * y + f);
    const first = 1 / (1 + Math.exp(-difference)) - (label === 0 ? 1 : 0);
    for (const [k, value] of [x, -x, y, -y, 1, -1].entries())
      sums[k] = (sums[k] ?? 0) + (first * value) / LABELS.length;
  }
  return sums;
}

describe('Adam', () => {
  test.each(['beta1', 'beta2'] as const)(
    'a %s that single precision would round to 1 still takes steps',
    (beta) => {
      const rate = 0.05;
      const { trainer, numbers } = start({
        optimizer: { kind: 'adam', learningRate: rate, [beta]: 1 - 1e-9 },
      });
      trainer.step(IMAGES, LABELS);
      // After one step both corrected moments are the gradient's, whatever the betas are.
      const weights = [...KERNEL, ...BIAS];
      const gradients = gradientsAt(weights);
      for (const [i, value] of numbers().entries())
        expect(value).toBeCloseTo((weights[i] ?? 0) - rate * Math.sign(gradients[i] ?? 0), 5);
    },
  );
});

describe('AdamW', () => {
  test('decays kernels apart from the moments, and leaves biases alone', () => {
    const [rate, decay, beta1, beta2] = [0.05, 0.4, 0.9, 0.99];
    const { trainer, numbers } = start({
      optimizer: {
        kind: 'adam',
        learningRate: rate,
        beta1,
        beta2,
        weightDecay: decay,
        weightDecayMode: 'decoupled',
      },
    });
    let weights = [...KERNEL, ...BIAS];
    const first = weights.map(() => 0);
    const second = weights.map(() => 0);
    for (let t = 1; t <= 5; t++) {
      trainer.step(IMAGES, LABELS);
      const gradients = gradientsAt(weights);
      weights = weights.map((weight, i) => {
        const g = gradients[i] ?? 0;
        first[i] = beta1 * (first[i] ?? 0) + (1 - beta1) * g;
        second[i] = beta2 * (second[i] ?? 0) + (1 - beta2) * g * g;
        const step =
          (first[i] ?? 0) / (1 - beta1 ** t) / (Math.sqrt((second[i] ?? 0) / (1 - beta2 ** t)) + 1e-8);
        return weight * (i < 4 ? 1 - rate * decay : 1) - rate * step;
      });
    }
    for (const [i, value] of numbers().entries()) expect(value).toBeCloseTo(weights[i] ?? Number.NaN, 5);
  });
});

describe('the running mean of the weights', () => {
  const options = { optimizer: { kind: 'sgd', learningRate: 0.3 }, averageDecay: 0.9 } as const;

  test('follows its formula, stands in the model only within, and is the weights themselves at first', () => {
    const { trainer, numbers } = start(options);
    let mean = numbers();
    trainer.withAverage(() => expect(numbers()).toEqual(mean));
    for (let t = 1; t <= 4; t++) {
      trainer.step(IMAGES, LABELS);
      const decay = Math.min(0.9, (1 + t) / (10 + t));
      mean = mean.map((value, i) => value + (1 - decay) * ((numbers()[i] ?? 0) - value));
    }
    const own = numbers();
    const averaged = trainer.withAverage(numbers);
    for (const [i, value] of averaged.entries()) expect(value).toBeCloseTo(mean[i] ?? Number.NaN, 5);
    expect(numbers()).toEqual(own);
    expect(averaged).not.toEqual(own);
  });

  test('moves nothing of the training, and goes on from a saved state to the bit', () => {
    const whole = start(options);
    for (let t = 0; t < 5; t++) whole.trainer.step(IMAGES, LABELS);
    const plain = start({ optimizer: options.optimizer });
    for (let t = 0; t < 5; t++) plain.trainer.step(IMAGES, LABELS);
    expect(plain.numbers()).toEqual(whole.numbers());

    const half = start(options);
    for (let t = 0; t < 2; t++) half.trainer.step(IMAGES, LABELS);
    half.trainer.withAverage(() => {});
    const rest = start(options);
    rest.trainer.restore(half.trainer.state());
    for (let t = 0; t < 3; t++) rest.trainer.step(IMAGES, LABELS);
    expect(rest.trainer.state()).toEqual(whole.trainer.state());
  });

  test('names the means that its state holds', () => {
    const { trainer } = start(options);
    expect([...trainer.state().keys()].filter((name) => name.startsWith('average/'))).toEqual([
      'average/dense/kernel',
      'average/dense/bias',
    ]);
    expect(() =>
      trainer.restore(new Map([...trainer.state()].filter(([name]) => name !== 'average/dense/bias'))),
    ).toThrow(expect.objectContaining({ code: 'BAD_WEIGHTS' }));
  });
});
