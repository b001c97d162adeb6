import { describe, expect, test } from 'vitest';
import { type EvaluationMetrics, evaluationMetrics } from '../../../../src/fer/evaluation/index.ts';
import { CLASSES } from '../../../../src/fer/params/index.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { evaluationSection } from '../../../../src/fer/report/sections/evaluation.ts';

const scores = {
  accuracy: 1,
  macroF1: 1,
  accuracyChange: 0,
  largestShare: 1,
  predicted: CLASSES.map(() => 1),
};

/** One right answer for each class. */
function metricsOf(
  extra: Pick<EvaluationMetrics, 'views' | 'deduplicated'>,
  qualities: readonly number[] = [75],
): EvaluationMetrics {
  return evaluationMetrics(
    {
      info: {
        architecture: 'se-resnet',
        preprocessing: 'standardized',
        classes: CLASSES,
        parameters: { learnable: 383_381, moving: 1_184, trainable: 383_381 },
        epochs: 1,
        steps: 1,
        seed: 1,
        params: {},
      },
      multiplyAdds: 49_100_000,
      labels: Uint8Array.from(CLASSES.keys()),
      probabilities: Float32Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 1 : 0)),
      logits: Float32Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 9 : 0)),
      validation: { labels: new Uint8Array(), logits: new Float32Array() },
      embedding: { units: 64, active: 60 },
      canary: { asIs: scores, qualities: qualities.map((quality) => [quality, scores] as const), alarms: [] },
      origins: CLASSES.map(() => 'original'),
      ...extra,
    },
    {
      viewSets: {},
      bootstrapSamples: 0,
      confidence: 0.95,
      calibrationBins: 5,
      canaryQualities: [...qualities],
      collapseShare: 1,
    },
    1,
  );
}

const section = (
  metrics: EvaluationMetrics,
  packed: object = { validationRule: 'names', splits: { test: { jpegQuality: null } } },
): string =>
  renderMarkdown(
    evaluationSection({ evaluation: new Map([['se-resnet', metrics]]), packed } as unknown as Results),
  );

describe('the evaluation section', () => {
  test('says nothing of views and duplicates where there are none', () => {
    expect(section(metricsOf({}))).not.toContain('Several views');
  });

  test('says how many units of the embedding tell images apart, and nothing of metrics of before they were counted', () => {
    const { embedding, ...before } = metricsOf({});
    expect(section({ embedding, ...before })).toContain('| 60 of 64 |');
    expect(section(before as EvaluationMetrics)).toMatch(/\| active units \|\n.*\n.*\| – \|/);
  });

  test('has the further scores of every run in one table, and figures of the first alone', () => {
    const evaluation = new Map(['resnet-2', 'resnet'].map((key) => [key, metricsOf({})] as const));
    const packed = { validationRule: 'names', splits: { test: { jpegQuality: null } } };
    const markdown = renderMarkdown(evaluationSection({ evaluation, packed } as unknown as Results));
    expect(markdown).toMatch(/\| active units \|\n.*\n\| ResNet \|.*\n\| ResNet 2 \|.*\n\n/);
    expect(markdown).not.toContain('confusion-resnet-2');
  });

  test('says that nothing was measured where no copies were asked for', () => {
    const markdown = section(metricsOf({}, []));
    expect(markdown).toContain(
      'Not measured: no copies of the test images at other qualities were asked for',
    );
    expect(markdown).not.toContain('The same test images, saved once more');
  });

  test('says that images which were saved again for the evaluation show nothing when they are once more', () => {
    const asIs = section(metricsOf({}));
    expect(asIs).toContain('| SE-ResNet | as they are |');
    expect(asIs).not.toContain('cannot show');
    const packed = { validationRule: 'test-files', splits: { test: { jpegQuality: 75 } } };
    const copies = section(metricsOf({}), packed);
    expect(copies).toContain('| SE-ResNet | as evaluated, JPEG quality 75 |');
    expect(copies).toContain('are such copies themselves, at quality 75 (`to-rgb.jpegQuality.test`)');
    expect(copies).toContain('this table cannot show.');
  });

  test('has one view and the chosen ones beside each other, with and without duplicates, and the reason', () => {
    const markdown = section(
      metricsOf({
        deduplicated: { images: 6, accuracy: 0.5, macroF1: 0.25 },
        views: {
          chosen: 'flip',
          reason: 'flip has the highest accuracy on validation: 0.7000, before one with 0.6000.',
          validation: {
            one: { views: 1, accuracy: 0.6, macroF1: 0.5 },
            flip: { views: 2, accuracy: 0.7, macroF1: 0.5 },
          },
          test: {
            images: 7,
            accuracy: 0.9,
            macroF1: 0.8,
            logLoss: 1,
            intervals: { accuracy: { low: 0.8, high: 1 }, macroF1: { low: 0.7, high: 0.9 } },
            deduplicated: { images: 6, accuracy: 0.75, macroF1: 0.65 },
          },
        },
      }),
    );
    const rows = markdown.split('\n').filter((line) => line.startsWith('| SE-ResNet '));
    expect(
      rows.slice(1, 3).map((row) =>
        row
          .split('|')
          .map((cell) => cell.trim())
          .join('|'),
      ),
    ).toEqual([
      '|SE-ResNet|one|100.0|100.0|6|50.0|25.0|',
      '|SE-ResNet|flip (2)|**90.0** (80.0–100.0)|**80.0** (70.0–90.0)|6|75.0|65.0|',
    ]);
    expect(markdown).toContain('- SE-ResNet: flip has the highest accuracy on validation');
  });
});
