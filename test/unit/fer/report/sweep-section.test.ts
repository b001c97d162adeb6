import { expect, test } from 'vitest';
import type { Block } from '../../../../src/fer/report/document.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { sweepSection } from '../../../../src/fer/report/sections/sweep.ts';

/** The section of so many configurations of one net. */
function section(count: number, epochs: number, architecture = 'resnet'): Block[] {
  const metrics = {
    architecture,
    epochs,
    validation: { accuracy: 0.5, macroF1: 0.4, loss: 1.2, perClass: {} },
  };
  const history = [
    { epoch: 1, val_acc: 0.4, val_f1_macro: 0.3 },
    { epoch: 2, val_acc: 0.5, val_f1_macro: 0.4 },
  ];
  const sweep = Array.from({ length: count }, (_, i) => [`run-${i}`, { metrics, history }] as const);
  return sweepSection({ sweep: new Map(sweep), select: {} } as unknown as Results);
}

test('the sweep of a single epoch is said to be of one', () => {
  expect(renderMarkdown(section(1, 1))).toContain('from new weights for 1 epoch (the paper');
  expect(renderMarkdown(section(1, 2))).toContain('from new weights for 2 epochs (the paper');
});

test('no two of sixteen lines look alike', () => {
  const figure = section(16, 2).find((block) => block.kind === 'figure');
  const lines = figure?.svg.match(/<path [^>]*stroke="[^>]*>/g) ?? [];
  expect(lines).toHaveLength(16);
  expect(new Set(lines.map((line) => line.replace(/ d="[^"]*"/, ''))).size).toBe(16);
});

test('a figure names the one that the paper has of the same net', () => {
  const numbers = ['resnet', 'mobilenetv2', 'se-resnet'].map((net) =>
    [...renderMarkdown(section(1, 1, net)).matchAll(/by epoch(?: \(the paper's figure (\d+)\))?\./g)].map(
      ([, number]) => number,
    ),
  );
  expect(numbers).toEqual([
    ['5', '6'],
    ['13', '14'],
    [undefined, undefined],
  ]);
});
