import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, type LayersModel, loadEngine } from '../../../../src/engine/index.ts';
import {
  buildModel,
  countMultiplyAdds,
  countParameters,
  disposeModel,
} from '../../../../src/fer/models/index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

function withModel<T>(options: Parameters<typeof buildModel>[1], use: (model: LayersModel) => T): T {
  const model = buildModel(engine, options);
  try {
    return use(model);
  } finally {
    disposeModel(model);
  }
}

const weightsOf = (model: LayersModel): Map<string, Float32Array> =>
  new Map(
    model.layers
      .flatMap((layer) => layer.weights)
      .map((v) => [v.originalName, Float32Array.from(v.read().dataSync())]),
  );
const largest = (values: Float32Array = new Float32Array()): number =>
  values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

describe('buildModel', () => {
  test.each([
    ['resnet', { learnable: 481_551, moving: 288, trainable: 481_551 }, 32.6],
    ['mobilenetv2', { learnable: 132_935, moving: 4_944, trainable: 132_935 }, 50.8],
    ['vgg16', { learnable: 14_734_663, moving: 1_216, trainable: 7_099_399 }, 705],
  ] as const)(
    '%s has the parameters and the cost of the paper, and keeps no tensor',
    (architecture, counts, millions) => {
      const before = engine.tf.memory().numTensors;
      withModel({ architecture, dropout: 0.15, seed: 1 }, (model) => {
        expect(countParameters(model)).toEqual(counts);
        expect(Math.abs(countMultiplyAdds(model) / 1e6 / millions - 1)).toBeLessThan(2e-3);
        expect(model.outputs[0]?.shape).toEqual([null, 7]);
      });
      expect(engine.tf.memory().numTensors).toBe(before);
    },
  );

  test('vgg16 counts as Keras does: 14,735,879, of which 7,636,480 are not trained', () => {
    withModel({ architecture: 'vgg16', dropout: 0.5, seed: 1 }, (model) => {
      const { learnable, moving, trainable } = countParameters(model);
      expect(learnable + moving).toBe(14_735_879);
      expect(learnable + moving - trainable).toBe(7_636_480);
    });
  });

  test('starts the compact nets as PyTorch does: uniform within 1 / sqrt(fan in), biases too', () => {
    withModel({ architecture: 'resnet', dropout: 0, seed: 3 }, (model) => {
      const weights = weightsOf(model);
      const bound = 1 / Math.sqrt(6912);
      const dense = weights.get('dense1/kernel') ?? new Float32Array();
      expect(largest(dense)).toBeLessThanOrEqual(bound);
      expect(largest(dense)).toBeGreaterThan(0.999 * bound);
      const deviation = Math.sqrt(dense.reduce((sum, v) => sum + v * v, 0) / dense.length);
      expect(Math.abs(deviation / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.01);
      expect(largest(weights.get('dense1/bias'))).toBeLessThanOrEqual(bound);
      expect(largest(weights.get('dense1/bias'))).toBeGreaterThan(0.8 * bound);
      expect(largest(weights.get('block1/conv1/bias'))).toBeLessThanOrEqual(1 / Math.sqrt(27));
    });
    withModel({ architecture: 'mobilenetv2', dropout: 0, seed: 3 }, (model) => {
      const weights = weightsOf(model);
      const depthwise = largest(weights.get('b5/depthwise/depthwise_kernel'));
      expect(depthwise).toBeLessThanOrEqual(1 / 3); // fan in 9, not 9 x 384
      expect(depthwise).toBeGreaterThan(0.3);
      expect(new Set(weights.get('b5/depthwise_bn/gamma'))).toEqual(new Set([1]));
      expect(new Set(weights.get('b5/depthwise_bn/moving_mean'))).toEqual(new Set([0]));
    });
  });

  test('starts vgg16 with He’s weights and biases of 0', () => {
    withModel({ architecture: 'vgg16', dropout: 0.5, seed: 3 }, (model) => {
      const weights = weightsOf(model);
      const bound = Math.sqrt(6 / (9 * 512));
      expect(largest(weights.get('block5_conv3/kernel'))).toBeLessThanOrEqual(Math.fround(bound));
      expect(largest(weights.get('block5_conv3/kernel'))).toBeGreaterThan(0.999 * bound);
      expect(largest(weights.get('block5_conv3/bias'))).toBe(0);
      expect(largest(weights.get('head/predictions/kernel'))).toBeLessThanOrEqual(Math.sqrt(6 / 39));
    });
  });

  test('gives the same weights for the same seed, whatever was built before, and others for another', () => {
    const build = (seed: number) =>
      withModel({ architecture: 'mobilenetv2', dropout: 0, seed }, (model) => weightsOf(model));
    const first = build(1);
    expect(build(1)).toEqual(first);
    const second = build(2);
    for (const name of ['stem/conv/kernel', 'logits/bias'])
      expect(second.get(name)).not.toEqual(first.get(name));
  });

  test('puts the dropout where the paper has it', () => {
    const dropouts = (architecture: 'resnet' | 'mobilenetv2' | 'vgg16') =>
      withModel({ architecture, dropout: 0.15, seed: 1 }, (model) =>
        model.layers
          .filter((layer) => layer.getClassName() === 'Dropout')
          .map((layer) => `${layer.name} ${String(layer.getConfig()['rate'])}`),
      );
    expect(dropouts('resnet')).toEqual(['block1/dropout 0.15', 'block2/dropout 0.15', 'dense1/dropout 0.15']);
    expect(dropouts('mobilenetv2')).toEqual(['head/dropout 0.15']);
    expect(dropouts('vgg16')).toEqual(['head/dropout0 0.15', 'head/dropout1 0.15', 'head/dropout2 0.15']);
  });
});
