import { expect, test } from 'vitest';
import { explainTensorFlowError } from '../../../src/engine/errors.ts';

const failing = (message: string, images?: number) => () =>
  explainTensorFlowError(() => {
    throw new Error(message);
  }, images);

// As the TensorFlow library says it through tfjs-node's binding, on the CPU and on CUDA, and as Dawn's device does.
const MESSAGES = [
  'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[64,48,48,144] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  'Invalid TF_Status: 8\nMessage: failed to allocate memory: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 4294967296 bytes.',
  'The GPU ran out of memory: vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
];

test.each(MESSAGES)(
  'a device without enough memory is an error with the batch size to try: %s',
  (message) => {
    expect(failing(message, 64)).toThrow(
      expect.objectContaining({
        code: 'OUT_OF_MEMORY',
        message: 'The device ran out of memory with a batch of 64 images.',
        hint: 'Try a batch size of 32 in params.yaml, or run fewer stages at once (--jobs 1).',
      }),
    );
  },
);

test('where there is no smaller batch to try, none is named', () => {
  const hint = 'Lower the batch size in params.yaml, or run fewer stages at once (--jobs 1).';
  expect(failing('ResourceExhaustedError: OOM', 1)).toThrow(expect.objectContaining({ hint }));
  expect(failing('ResourceExhaustedError: OOM')).toThrow(
    expect.objectContaining({ message: 'The device ran out of memory.', hint }),
  );
});

test('other errors pass unchanged', () => {
  expect(failing('Incompatible shapes', 64)).toThrow(/^Incompatible shapes$/);
  expect(explainTensorFlowError(() => 3)).toBe(3);
});
