import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine, type Tensor } from '../../../src/engine/index.ts';
import { activate, activateGradient } from '../../../src/engine/ops/activation.ts';
import {
  type BatchNormWeights,
  batchNormGradient,
  batchNormInference,
  batchNormTraining,
} from '../../../src/engine/ops/batch-norm.ts';
import type { Window } from '../../../src/engine/ops/conv.ts';
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../../src/engine/ops/depthwise-conv.ts';
import { dropout, dropoutMask } from '../../../src/engine/ops/dropout.ts';
import { maxPool, maxPoolGradient } from '../../../src/engine/ops/max-pool.ts';
import { smoothedTargets, softmaxCrossEntropy } from '../../../src/engine/ops/softmax-cross-entropy.ts';
import { createOptimizer, type OptimizerOptions } from '../../../src/engine/optimizer.ts';
import { formulaValues, maxDifference, norm, readReference, sizeOf } from './reference.ts';

interface BatchNormReference {
  readonly eps: number;
  readonly tfjs_momentum: number;
  readonly y_first16: readonly number[];
  readonly y_norm: number;
  readonly moving_mean_after: readonly number[];
  readonly moving_variance_after_unbiased: readonly number[];
  readonly dx_first16: readonly number[];
  readonly dx_norm: number;
  readonly dgamma: readonly number[];
  readonly dbeta: readonly number[];
}
interface DepthwiseReference {
  readonly stride: 1 | 2;
  readonly output_shape: readonly number[];
  readonly y_first16: readonly number[];
  readonly y_norm: number;
  readonly dx_first16: readonly number[];
  readonly dx_norm: number;
  readonly dkernel: readonly number[];
}
interface OpsReference {
  readonly batch_norm_torch_defaults: BatchNormReference;
  readonly batch_norm_keras_defaults: BatchNormReference;
  readonly depthwise_stride2_even: DepthwiseReference;
  readonly depthwise_stride1: DepthwiseReference;
  readonly depthwise_stride2_odd: DepthwiseReference;
  readonly softmax_cross_entropy: {
    readonly labels: readonly number[];
    readonly per_sample: readonly number[];
    readonly gradient: readonly number[];
    readonly extreme_logits: readonly number[];
    readonly extreme_loss_label0: number;
    readonly extreme_loss_label2: number;
  };
  readonly relu6: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly gradient: readonly number[];
  };
  readonly max_pool: { readonly y: readonly number[]; readonly dx: readonly number[] };
  readonly optimizers: {
    readonly traces: Readonly<
      Record<string, { readonly parameters_after_each_step: readonly (readonly number[])[] }>
    >;
  };
}

const reference = readReference<OpsReference>('ops');
let loaded: Engine;
let tensorsBefore = 0;
beforeAll(async () => {
  loaded = await loadEngine({ device: 'cpu' });
  tensorsBefore = loaded.tf.memory().numTensors;
});
afterAll(() => expect(loaded.tf.memory().numTensors).toBe(tensorsBefore));

/** Relative to the largest entry, as float32 code should agree with the float64 truth. */
function expectClose(actual: Tensor, expected: readonly number[], tolerance = 1e-5): void {
  const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30);
  expect(maxDifference(actual.dataSync(), expected)).toBeLessThanOrEqual(tolerance * largest);
}

const expectNorm = (actual: Tensor, expected: number): void =>
  expect(Math.abs(norm(actual.dataSync()) / expected - 1)).toBeLessThanOrEqual(1e-5);

describe.each(['onednn', 'standard'] as const)('with the %s kernels', (kernels) => {
  const engine = (): Engine => ({ ...loaded, kernels });
  const formula = (k: number, shape: number[], offset = 0, bound = 1): Tensor =>
    loaded.tf.tensor(formulaValues(k, sizeOf(shape), offset, bound), shape);
  const inTidy = (work: () => void) => () => {
    loaded.tf.tidy(() => {
      work();
    });
  };

  describe.each(['batch_norm_torch_defaults', 'batch_norm_keras_defaults'] as const)('%s', (name) => {
    const expected = reference[name];
    const x = () => formula(6000, [4, 6, 6, 8], 0.5, 2);
    const weights = (): BatchNormWeights => ({
      gamma: formula(6001, [8], 1, 0.5),
      beta: formula(6002, [8]),
      movingMean: loaded.tf.fill([8], 0.25),
      movingVariance: loaded.tf.fill([8], 1.5),
    });
    const options = { epsilon: expected.eps, momentum: expected.tfjs_momentum };

    test(
      'normalises by the batch, and moves its statistics by the unbiased variance',
      inTidy(() => {
        const result = batchNormTraining(engine(), x(), weights(), options);
        expectClose(result.y, expected.y_first16);
        expectNorm(result.y, expected.y_norm);
        expectClose(result.movingMean, expected.moving_mean_after);
        expectClose(result.movingVariance, expected.moving_variance_after_unbiased);
      }),
    );

    test(
      'has the gradient through mean and variance',
      inTidy(() => {
        const input = x();
        const w = weights();
        const { saved } = batchNormTraining(engine(), input, w, options);
        const dy = formula(6003, [4, 6, 6, 8]);
        const at = { x: input, gamma: w.gamma, saved, dy };
        const gradient = batchNormGradient(engine(), at, { epsilon: expected.eps, training: true });
        expectClose(gradient.dx, expected.dx_first16);
        expectNorm(gradient.dx, expected.dx_norm);
        expectClose(gradient.dgamma, expected.dgamma);
        expectClose(gradient.dbeta, expected.dbeta);
      }),
    );

    test(
      'uses the moving statistics in inference, for images and for rows',
      inTidy(() => {
        const w = weights();
        const expectedY = Array.from(x().dataSync(), (v, i) => {
          const c = i % 8;
          const scale = (w.gamma.dataSync()[c] ?? 0) / Math.sqrt(1.5 + expected.eps);
          return (v - 0.25) * scale + (w.beta.dataSync()[c] ?? 0);
        });
        expectClose(batchNormInference(engine(), x(), w, expected.eps), expectedY);
        expectClose(batchNormInference(engine(), x().reshape([144, 8]), w, expected.eps), expectedY);
      }),
    );
  });

  test.each(['depthwise_stride2_even', 'depthwise_stride1', 'depthwise_stride2_odd'] as const)(
    '%s pads every side alike',
    (name) =>
      inTidy(() => {
        const expected = reference[name];
        const side = name === 'depthwise_stride2_odd' ? 7 : 8;
        const x = formula(name === 'depthwise_stride2_odd' ? 6017 : 6018, [2, side, side, 5]);
        const filter = formula(6030, [3, 3, 5, 1]);
        const window: Window = { strides: [expected.stride, expected.stride], padding: [1, 1, 1, 1] };
        const y = depthwiseConv2d(engine(), x, filter, window);
        expect(y.shape).toEqual(expected.output_shape);
        expectClose(y, expected.y_first16);
        expectNorm(y, expected.y_norm);

        const dy = formula(name === 'depthwise_stride2_even' ? 6050 : 6049, y.shape);
        const dx = depthwiseConv2dInputGradient(engine(), { inputShape: x.shape, filter, dy }, window);
        expectClose(dx, expected.dx_first16);
        expectNorm(dx, expected.dx_norm);
        const dw = depthwiseConv2dFilterGradient(engine(), { x, filterShape: filter.shape, dy }, window);
        expectClose(dw, expected.dkernel);
        if (expected.stride !== 1) return;
        // With stride 1, one pixel all round is what `same` means, and may run on another kernel.
        const same: Window = { strides: [1, 1], padding: 'same' };
        expectClose(
          depthwiseConv2dInputGradient(engine(), { inputShape: x.shape, filter, dy }, same),
          expected.dx_first16,
        );
      })(),
  );

  test(
    'max pooling gives its gradient to the largest of each window',
    inTidy(() => {
      const pool = { size: [2, 2], strides: [2, 2], padding: 'valid' } as const;
      const x = formula(6060, [1, 6, 6, 3]);
      const pooled = maxPool(engine(), x, pool);
      expectClose(pooled.y, reference.max_pool.y, 0);
      const dy = formula(6061, [1, 3, 3, 3]);
      expectClose(maxPoolGradient(engine(), { ...pooled, x, dy }, pool), reference.max_pool.dx, 0);
    }),
  );
});

describe('kernels with one form', () => {
  test('ReLU6 has gradient 0 at exactly 0 and at exactly 6', () => {
    loaded.tf.tidy(() => {
      const x = loaded.tf.tensor1d([...reference.relu6.x]);
      const y = activate(loaded, 'relu6', x);
      expectClose(y, reference.relu6.y, 1e-7);
      const dy = loaded.tf.onesLike(x);
      expectClose(activateGradient(loaded, 'relu6', y, dy), reference.relu6.gradient, 0);
    });
  });

  test('softmax cross-entropy and its gradient agree with the truth, at extreme logits too', () => {
    const { tf } = loaded;
    const expected = reference.softmax_cross_entropy;
    tf.tidy(() => {
      const logits = tf.tensor2d(formulaValues(6050, 42, 0, 8), [6, 7]);
      const targets = tf.tensor2d(smoothedTargets(expected.labels, 7, 0), [6, 7]);
      const { losses, gradient } = softmaxCrossEntropy(loaded, logits, targets);
      expect(maxDifference(losses.dataSync(), expected.per_sample)).toBeLessThanOrEqual(2e-6);
      expectClose(gradient.div(6), expected.gradient);

      const extreme = tf.tensor2d([...expected.extreme_logits, ...expected.extreme_logits], [2, 7]);
      const both = softmaxCrossEntropy(loaded, extreme, tf.tensor2d(smoothedTargets([0, 2], 7, 0), [2, 7]));
      expect([...both.losses.dataSync()]).toEqual([
        expected.extreme_loss_label0,
        expected.extreme_loss_label2,
      ]);
    });
  });

  test('smoothed targets sum to 1 and keep the label on top', () => {
    const rows = smoothedTargets([2, 0], 4, 0.1);
    expect([...rows].map((v) => Number(v.toFixed(6)))).toEqual([
      0.025, 0.025, 0.925, 0.025, 0.925, 0.025, 0.025, 0.025,
    ]);
  });

  test('dropout by the own kernel makes the mask of single operations, for any size and seed', () => {
    const seeds = [
      [0, 0],
      [5, 1],
      [-7, 123_456],
      [2 ** 31 - 1, -(2 ** 31)],
    ] as const;
    for (const seed of seeds) {
      for (const size of [1, 63, 64, 65, 40_000]) {
        const x = loaded.tf.ones([size]);
        const own = dropout({ ...loaded, threads: 3 }, x, 0.15, seed);
        const single = dropout({ ...loaded, fused: undefined }, x, 0.15, seed);
        expect(own.dataSync(), `${seed} ${size}`).toEqual(single.dataSync());
        loaded.tf.dispose([x, own, single]);
      }
    }
  });

  test('a dropout mask is decided by its seed, keeps the share it should, and keeps the mean', () => {
    loaded.tf.tidy(() => {
      const mask = (key: number, counter: number) => [
        ...dropoutMask(loaded, [100, 100], 0.15, [key, counter]).dataSync(),
      ];
      const first = mask(7, 1);
      expect(mask(7, 1)).toEqual(first);
      expect(mask(7, 2)).not.toEqual(first);
      expect(mask(8, 1)).not.toEqual(first);
      expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.85)]));
      const kept = first.filter((v) => v > 0).length / first.length;
      expect(Math.abs(kept - 0.85)).toBeLessThan(4 * Math.sqrt((0.85 * 0.15) / first.length));
    });
  });

  const optimizers: Readonly<Record<string, OptimizerOptions>> = {
    adam: { kind: 'adam', learningRate: 1e-3 },
    adam_wd: { kind: 'adam', learningRate: 1e-3, weightDecay: 1e-4 },
    sgd: { kind: 'sgd', learningRate: 1e-3 },
    sgd_wd: { kind: 'sgd', learningRate: 1e-3, weightDecay: 1e-4 },
  };
  test.each(Object.entries(optimizers))('%s follows the truth step by step', (name, options) => {
    const { tf } = loaded;
    const layer = tf.layers.dense({ units: 6, useBias: false, inputShape: [1], name: `weights-of-${name}` });
    const model = tf.sequential({ layers: [layer] });
    const variable = layer.weights[0];
    if (variable === undefined) throw new Error('no weight');
    const start = tf.tensor2d(formulaValues(6070, 6), [1, 6]);
    variable.write(start);
    const weight = { name: 'w', variable, shape: [1, 6] };
    const optimizer = createOptimizer(loaded, [weight], options);
    const scales = [1, 1e-3, 1e-6, 1e-9, 0, 10];
    const trace = reference.optimizers.traces[name]?.parameters_after_each_step ?? [];
    expect(trace).toHaveLength(5);
    for (const [t, expected] of trace.entries()) {
      const values = formulaValues(6071 + t, 6).map((v, i) => v * (scales[i] ?? 0));
      const gradient = tf.tensor2d(values, [1, 6]);
      optimizer.apply(new Map([[weight, gradient]]));
      gradient.dispose();
      expect(maxDifference(variable.read().dataSync(), expected)).toBeLessThanOrEqual(1e-6);
    }
    optimizer.dispose();
    model.dispose();
    start.dispose();
  });
});
