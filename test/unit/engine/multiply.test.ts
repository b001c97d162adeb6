import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTrainer, type Engine, loadEngine } from '../../../src/engine/index.ts';

// Squeeze and excitation on 3 x 3 maps: gradients beside central differences of the loss.
let engine: Engine;
let tensorsBefore = 0;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
  tensorsBefore = engine.tf.memory().numTensors;
});
afterAll(() => expect(engine.tf.memory().numTensors).toBe(tensorsBefore));

function buildNet() {
  const { layers, input, model } = engine.tf;
  const image = input({ shape: [3, 3, 2] });
  const through = (x: typeof image, ...list: { apply(x: typeof image): unknown }[]) =>
    list.reduce((value, layer) => layer.apply(value) as typeof image, x);
  const maps = through(image, layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'conv' }));
  const factors = through(
    maps,
    layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    layers.dense({ units: 3, activation: 'sigmoid', name: 'excite' }),
    layers.reshape({ targetShape: [1, 1, 3] }),
  );
  const scaled = layers.multiply().apply([maps, factors]) as typeof image;
  const output = through(scaled, layers.flatten(), layers.dense({ units: 2, name: 'logits' }));
  const net = model({ inputs: image, outputs: output });
  for (const variable of net.layers.flatMap((layer) => layer.weights)) {
    const shape = variable.shape.map((side) => side ?? 1);
    const size = shape.reduce((product, side) => product * side, 1);
    const values = Array.from({ length: size }, (_, i) => 0.6 * Math.sin(3 * i + shape.length));
    variable.write(engine.tf.tensor(values, shape));
  }
  return net;
}

describe('squeeze and excitation', () => {
  test('has the gradients of its own loss', () => {
    engine.tf.engine().startScope();
    const images = Float32Array.from({ length: 4 * 18 }, (_, i) => Math.cos(i * i));
    const labels = [0, 1, 1, 0];
    // A step of gradient descent at the rate 1 moves each weight by its gradient.
    const moved = (nudge?: { name: string; by: number }) => {
      const net = buildNet();
      const variables = net.layers.flatMap((layer) => layer.weights);
      if (nudge !== undefined) {
        const variable = variables.find((v) => v.originalName === nudge.name);
        if (variable === undefined) throw new Error(nudge.name);
        const values = variable.read().dataSync().slice();
        values[1] = (values[1] ?? 0) + nudge.by;
        variable.write(
          engine.tf.tensor(
            values,
            variable.shape.map((side) => side ?? 1),
          ),
        );
      }
      const before = new Map(variables.map((v) => [v.originalName, v.read().dataSync().slice()]));
      const trainer = createTrainer(engine, net, {
        optimizer: { kind: 'sgd', learningRate: 1, momentum: 0 },
        seed: 1,
      });
      const { loss } = trainer.step(images, labels);
      const gradient = (name: string): number => {
        const after =
          variables
            .find((v) => v.originalName === name)
            ?.read()
            .dataSync()[1] ?? Number.NaN;
        return (before.get(name)?.[1] ?? Number.NaN) - after;
      };
      trainer.dispose();
      const gradients = new Map(variables.map((v) => [v.originalName, gradient(v.originalName)]));
      net.dispose();
      return { loss, gradients };
    };
    const { gradients } = moved();
    expect([...gradients.keys()]).toHaveLength(6);
    for (const [name, gradient] of gradients) {
      const [up, down] = [0.02, -0.02].map((by) => moved({ name, by }).loss);
      expect(Math.abs(gradient - ((up ?? 0) - (down ?? 0)) / 0.04), name).toBeLessThan(
        2e-3 * Math.max(1, Math.abs(gradient)),
      );
    }
    engine.tf.engine().endScope();
  });
});
