import { expect, it } from 'vitest';
import { visibleIds } from '../../../../src/runner/run/gpus.ts';

it.each([
  ['0', ['0']],
  ['2, 0', ['2', '0']],
  ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,1', ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6', '1']],
  ['-1', []],
  ['', []],
  ['3,-1,2', ['3']],
])('CUDA_VISIBLE_DEVICES=%s leaves the GPUs that CUDA would see: %j', (value, ids) => {
  expect(visibleIds(value)).toEqual(ids);
});
