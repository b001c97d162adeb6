import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atTemperature, fitTemperature } from '../../../../src/fer/evaluation/temperature.ts';
import { softmaxRows } from '../../../../src/fer/models/index.ts';
import { createRandom } from '../../../../src/kit/index.ts';

const CLASSES = 7;

/** Logits of a model that is exactly as sure as it is right, and labels drawn by its probabilities. */
function calibrated(count: number) {
  const random = createRandom(5, 'temperature');
  const logits = Float32Array.from({ length: CLASSES * count }, () => random.uniform(-2, 2));
  const p = softmaxRows(logits, CLASSES);
  const labels = Uint8Array.from({ length: count }, (_, i) => {
    const drawn = random.uniform(0, 1);
    let sum = 0;
    for (let c = 0; c < CLASSES; c++) {
      sum += p[CLASSES * i + c] ?? 0;
      if (drawn < sum) return c;
    }
    return CLASSES - 1;
  });
  return { logits, labels };
}

function meanLoss(logits: Float32Array, labels: Uint8Array): number {
  const p = softmaxRows(logits, CLASSES);
  return labels.reduce((sum, label, i) => sum - Math.log(p[CLASSES * i + label] ?? 0), 0) / labels.length;
}

test('finds by how much the logits of a calibrated model were multiplied', () => {
  const { logits, labels } = calibrated(20_000);
  const fair = fitTemperature(logits, labels, CLASSES) ?? Number.NaN;
  expect(fair).toBeGreaterThan(0.97);
  expect(fair).toBeLessThan(1.03);
  const sure = atTemperature(logits, 1 / 2.5);
  expect(fitTemperature(sure, labels, CLASSES)).toBeCloseTo(2.5 * fair, 4);
});

test('has a lower loss than any other temperature', () => {
  const { logits, labels } = calibrated(300);
  const best = fitTemperature(logits, labels, CLASSES) ?? Number.NaN;
  const lowest = meanLoss(atTemperature(logits, best), labels);
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 20, noNaN: true }), (other) => {
      expect(meanLoss(atTemperature(logits, other), labels)).toBeGreaterThanOrEqual(lowest - 1e-6);
    }),
  );
});

test('is none for a model that is always right, always wrong, or says the same to every image', () => {
  const labels = Uint8Array.from({ length: 7 }, (_, i) => i);
  const sureOf = (class_: (image: number) => number): Float32Array =>
    Float32Array.from({ length: 49 }, (_, at) => (at % 7 === class_(Math.floor(at / 7)) ? 3 : 0));
  expect(
    fitTemperature(
      sureOf((i) => i),
      labels,
      CLASSES,
    ),
  ).toBeUndefined();
  expect(
    fitTemperature(
      sureOf((i) => (i + 1) % 7),
      labels,
      CLASSES,
    ),
  ).toBeUndefined();
  expect(
    fitTemperature(
      sureOf(() => 3),
      labels,
      CLASSES,
    ),
  ).toBeUndefined();
});
