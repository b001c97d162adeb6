import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNpy } from '../../../../src/fer/data/index.ts';
import { compareRuns } from '../../../../src/fer/evaluation/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const options = { seed: 1, bootstrapSamples: 200, confidence: 0.95, collapseShare: 0.5 };

/** What stage evaluate leaves: answers as rows of 0 and 1, labels 0 to 6 in turn. */
function evaluation(root: string, name: string, answers: readonly number[], firstLabel = 0): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const count = answers.length;
  const probabilities = Float32Array.from({ length: 7 * count }, (_, i) =>
    i % 7 === answers[Math.floor(i / 7)] ? 1 : 0,
  );
  writeNpy(join(folder, 'probabilities.npy'), { dtype: 'float32', shape: [count, 7], data: probabilities });
  const labels = Uint8Array.from({ length: count }, (_, i) => (i + firstLabel) % 7);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count], data: labels });
  return folder;
}

test('runs are read from their folders, scored one by one and together', () => {
  const root = temporaryFolder();
  const right = Array.from({ length: 70 }, (_, i) => i % 7);
  const half = right.map((label, i) => (i < 35 ? label : (label + 1) % 7));
  const a = [evaluation(root, 'resnet', right), evaluation(root, 'resnet-2', half)];
  const b = [evaluation(root, 'mobilenetv2', half)];
  const { mcnemar, accuracy, ...metrics } = compareRuns({ ...options, a, b });
  expect(metrics).toMatchObject({
    images: 70,
    samples: 200,
    confidence: 0.95,
    a: {
      runs: { resnet: { accuracy: 1, macroF1: 1 }, 'resnet-2': { accuracy: 0.5, macroF1: 0.5 } },
      mean: { accuracy: 0.75, macroF1: 0.75 },
      deviation: { accuracy: expect.closeTo(Math.SQRT1_2 / 2, 10) },
    },
    b: { runs: { mobilenetv2: { accuracy: 0.5 } }, mean: { accuracy: 0.5 } },
  });
  expect(metrics.b).not.toHaveProperty('deviation');
  expect(accuracy.value).toBeCloseTo(0.25, 12);
  expect(mcnemar).toMatchObject({ onlyA: 35, onlyB: 0 });
});

test('runs that collapsed to one class are also left out of the comparison, where others are left', () => {
  const root = temporaryFolder();
  const right = Array.from({ length: 70 }, (_, i) => i % 7);
  const most = right.map((label, i) => (i < 56 ? label : (label + 1) % 7));
  const happy = right.map((label, i) => (i < 30 ? label : 3));
  const a = [evaluation(root, 'resnet', right), evaluation(root, 'resnet-2', happy)];
  const b = [evaluation(root, 'mobilenetv2', most)];
  const { accuracy, withoutCollapsed } = compareRuns({ ...options, a, b });
  expect(accuracy.value).toBeLessThan(0);
  expect(withoutCollapsed).toMatchObject({ collapsed: ['resnet-2'], collapseShare: 0.5 });
  expect(withoutCollapsed?.accuracy.value).toBeCloseTo(0.2, 12);
  expect(withoutCollapsed?.accuracy.interval?.low).toBeGreaterThan(0);
  expect(compareRuns({ ...options, a: a.slice(1), b })).not.toHaveProperty('withoutCollapsed');
  expect(compareRuns({ ...options, a, b, collapseShare: 0.9 })).not.toHaveProperty('withoutCollapsed');
});

test('another net on the same side is refused, as a pattern may take it in', () => {
  const root = temporaryFolder();
  const answers = Array.from({ length: 14 }, () => 0);
  const a = ['resnet', 'resnet-2', 'resnet-nodrop'].map((name) => evaluation(root, name, answers));
  const b = [evaluation(root, 'mobilenetv2', answers)];
  expect(() => compareRuns({ ...options, a, b })).toThrow(
    expect.objectContaining({
      code: 'BAD_PARAMS',
      message:
        'The runs on one side of a comparison must be of one net: NAME, NAME-2, NAME-3. Received: resnet, resnet-2, resnet-nodrop.',
    }),
  );
  expect(compareRuns({ ...options, a: a.slice(0, 2), b }).images).toBe(14);
});

test('runs on other images are refused, and a net without a run', () => {
  const root = temporaryFolder();
  const answers = Array.from({ length: 14 }, () => 0);
  const a = [evaluation(root, 'a', answers)];
  const other = [evaluation(root, 'b', answers, 1)];
  expect(() => compareRuns({ ...options, a, b: other })).toThrow(
    expect.objectContaining({
      code: 'BAD_ARRAY',
      message: expect.stringContaining('must answer the same images'),
      hint: 'Evaluate all of them again: npx ferment repro evaluate',
    }),
  );
  expect(() => compareRuns({ ...options, a, b: [] })).toThrow(
    expect.objectContaining({
      code: 'DATA_MISSING',
      message: expect.stringContaining('Received: 1 and 0.'),
    }),
  );
});
