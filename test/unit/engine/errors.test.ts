import { expect, test } from 'vitest';
import { explainTensorFlowError } from '../../../src/engine/errors.ts';

const failing = (message: string) => () =>
  explainTensorFlowError(() => {
    throw new Error(message);
  });

test('a device without enough memory is an error of its own, with what to do', () => {
  expect(failing('OOM when allocating tensor with shape[64,48,48,144]')).toThrow(
    expect.objectContaining({
      code: 'OUT_OF_MEMORY',
      hint: 'Lower the batch size in params.yaml, or run fewer stages at once (--jobs 1).',
    }),
  );
});

test('other errors pass unchanged', () => {
  expect(failing('Incompatible shapes')).toThrow(/^Incompatible shapes$/);
  expect(explainTensorFlowError(() => 3)).toBe(3);
});
