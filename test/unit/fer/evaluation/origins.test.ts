import { expect, test } from 'vitest';
import { accuracyByOrigin } from '../../../../src/fer/evaluation/index.ts';

test('each origin is counted on its own, in byte order', () => {
  expect(
    accuracyByOrigin([0, 1, 2, 0], [0, 0, 2, 1], ['original', 'original', 'injected', 'augmented']),
  ).toEqual([
    { origin: 'augmented', samples: 1, accuracy: 0 },
    { origin: 'injected', samples: 1, accuracy: 1 },
    { origin: 'original', samples: 2, accuracy: 0.5 },
  ]);
});
