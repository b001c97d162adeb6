import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, loadEngine } from '../../../../src/engine/index.ts';
import { dropoutMask } from '../../../../src/engine/ops/dropout.ts';
import { createComposedNative } from '../../../../src/engine/webgpu/native.ts';
import { expectSameNumbers, trainSmallNet } from '../../../support/small-net.ts';

// The operations that WebGPU runs, here on TensorFlow.js' kernels in JavaScript: what they are composed of is the same
// on every back end, and this one needs no adapter.
let library: Engine;
let composed: Engine;
beforeAll(async () => {
  library = await loadEngine({ device: 'cpu' });
  composed = {
    ...library,
    device: 'webgpu',
    native: createComposedNative(library.tf),
    kernels: 'standard',
    fused: undefined,
  };
});

describe('operations composed of TensorFlow.js’ kernels', () => {
  test('train a net of all kinds of layers to the numbers of TensorFlow’s own', () => {
    const expected = trainSmallNet(library);
    const { tf } = library;
    tf.setBackend('cpu');
    const actual = trainSmallNet(composed);
    tf.setBackend('tensorflow');
    expectSameNumbers(actual, expected);
  });

  test('make the very dropout masks of TensorFlow', () => {
    for (const [shape, seed] of [
      [
        [3, 7],
        [0, 0],
      ],
      [
        [64, 128],
        [-1_234_567_890, 41],
      ],
      [[1], [2_147_483_647, -1]],
    ] as const) {
      const [ours, theirs] = [composed, library].map((engine) => dropoutMask(engine, shape, 0.3, seed));
      expect(ours?.dataSync()).toEqual(theirs?.dataSync());
    }
  });

  test('know what they cannot do', () => {
    const { native } = composed;
    expect(() => native.one('_MklNativeConv2D', [], [])).toThrow(
      'The operation _MklNativeConv2D has no WebGPU form',
    );
    expect(() => native.one('Relu', [], [])).toThrow('Relu needs an input at 0');
  });
});
