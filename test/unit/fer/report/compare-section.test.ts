import { describe, expect, test } from 'vitest';
import type { CompareMetrics, Difference } from '../../../../src/fer/evaluation/index.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { compareSection } from '../../../../src/fer/report/sections/compare.ts';

const score = { accuracy: 0.6, macroF1: 0.5 };
const above: Difference = { value: 0.021, interval: { low: 0.01, high: 0.032 }, p: 0.002 };
const below: Difference = { value: -0.021, interval: { low: -0.032, high: -0.01 }, p: 0.002 };
const open: Difference = { value: 0.004, interval: { low: -0.01, high: 0.018 }, p: 0.61 };

const runs = { resnet: score, 'resnet-2': score, 'resnet-3': score };
const others = { mobilenetv2: score, 'mobilenetv2-2': score };
const deviation = { accuracy: 0.004, macroF1: 0.012 };

function section(
  accuracy: Difference,
  macroF1: Difference,
  change: Partial<CompareMetrics> = {},
  training: Results['training'] = new Map(),
): string {
  const compared: CompareMetrics = {
    a: { runs, mean: score, deviation },
    b: { runs: others, mean: score, deviation },
    images: 3589,
    samples: 1000,
    confidence: 0.95,
    accuracy,
    macroF1,
    mcnemar: { onlyA: 400, onlyB: 325, p: 0.006 },
    ...change,
  };
  return renderMarkdown(
    compareSection({ compare: new Map([['nets', compared]]), training } as unknown as Results),
  );
}

describe('the comparison of two nets', () => {
  test.each([
    [above, above, 'Yes: the difference is +2.1 points of accuracy (+1.0 to +3.2, p = 0.002)'],
    [below, below, 'No, MobileNetV2 is: the difference is −2.1 points of accuracy (−3.2 to −1.0, p = 0.002)'],
    [open, open, 'It cannot be told: the difference is +0.4 points of accuracy (−1.0 to +1.8, p = 0.610)'],
    [above, open, 'ResNet is better in accuracy; in macro-F1 it cannot be told: the difference'],
    [open, below, 'MobileNetV2 is better in macro-F1; in accuracy it cannot be told: the difference'],
    [above, below, 'That depends on the measure:'],
  ])('answers the question by both intervals', (accuracy, macroF1, answer) => {
    const markdown = section(accuracy, macroF1);
    expect(markdown).toContain('## Is ResNet better than MobileNetV2?');
    expect(markdown).toContain(answer);
  });

  test('says what it rests on: one run of each, or several seeds with their spread', () => {
    const once = {
      a: { runs: { resnet: score }, mean: score },
      b: { runs: { mobilenetv2: score }, mean: score },
    };
    expect(section(above, above, once)).toContain(
      'Each net was trained once: they say nothing about other seeds.',
    );
    expect(section(above, above, once)).toContain('In these runs, yes: the difference is +2.1 points');
    expect(section(above, below, once)).toContain('In these runs, that depends on the measure:');
    expect(section(open, open, once)).toContain('It cannot be told: the difference');
    expect(section(below, below, { a: once.a })).toContain(
      "and of the seeds of MobileNetV2: 2 runs, by Student's t for the spread between them. ResNet was trained once: they say nothing about its other seeds.",
    );
    const several = section(above, above);
    expect(several).toContain("and of the seeds: 3 and 2 runs, by Student's t for the spread between them.");
    expect(several).toContain('| ResNet 2 | 60.0 | 50.0 |');
    expect(several).toContain('| ResNet, mean of 3 | **60.0** ± 0.4 | **50.0** ± 1.2 |');
    expect(several).toContain('ResNet alone is right on 400 images and MobileNetV2 alone on 325');
  });

  test('says what the other runs say where one collapsed', () => {
    const withoutCollapsed = { collapsed: ['resnet-3'], collapseShare: 0.5, accuracy: open, macroF1: open };
    expect(section(below, below, { withoutCollapsed })).toContain(
      'ResNet 3 collapsed: one class gets more than 50.0 % of the answers. Without this run, in 2 and 2: it cannot be told: the difference is +0.4 points',
    );
    expect(section(below, below)).not.toContain('collapsed');
  });

  test('says in what the trainings differ beside net and seed', () => {
    const metrics = {
      images: { train: 28_709 },
      epochs: 6,
      batchSize: 64,
      optimizer: 'adam',
      learningRate: 0.001,
    };
    const trained = (change: object) => ({
      metrics: { ...metrics, dropout: 0, weightDecay: 0, ...change },
      history: [],
    });
    const training = (change: object) =>
      new Map([
        ['resnet', trained({})],
        ['mobilenetv2', trained(change)],
      ]) as unknown as Results['training'];
    expect(section(above, above, {}, training({ epochs: 4, learningRate: 0.003 }))).toContain(
      'The question is put to nets as they were trained, which was not alike: epochs 6 and 4, learning rate 0.001 and 0.003.',
    );
    expect(section(above, above, {}, training({}))).not.toContain('not alike');
    const shorter = new Map<string, unknown>([...training({}), ['resnet-2', trained({ epochs: 4 })]]);
    expect(section(above, above, {}, shorter as unknown as Results['training'])).toContain(
      'which was not alike: epochs 6 or 4 and 6.',
    );
  });

  test('tells an interval that ends just beside 0 from one that ends there, and 99.5 per cent from all', () => {
    const close: Difference = { value: 0.021, interval: { low: 0.0003, high: 0.032 }, p: 0.04 };
    const markdown = section(close, above, { confidence: 0.995, mcnemar: { onlyA: 1, onlyB: 0, p: 1 } });
    expect(markdown).toContain('Yes: the difference is +2.1 points of accuracy (+0.0 to +3.2');
    expect(markdown).toContain('The 99.5 % intervals are of');
    expect(markdown).toContain('ResNet alone is right on 1 image and MobileNetV2 alone on 0');
  });

  test('writes no p of 0', () => {
    expect(section({ ...above, p: 0.0002 }, above)).toContain('(+1.0 to +3.2, p below 0.001)');
  });

  test('gives no answer without resamples', () => {
    const markdown = section({ value: 0.3 }, { value: 0.3 }, { samples: 0 });
    expect(markdown).toContain(
      'It cannot be told: the difference is +30.0 points of accuracy and +30.0 points',
    );
    expect(markdown).toContain('No resamples were asked for');
  });
});
