import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEarlierResults } from '../../../../src/fer/report/earlier-results.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { changesSection } from '../../../../src/fer/report/sections/changes.ts';
import { gitProject } from '../../../support/git-project.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly ece: number;
}

const scores = { accuracy: 0.5, macroF1: 0.4, ece: 0.03 };

/** Writes metrics files, and says what the report says of them. */
function sectionOf(root: string, models: Readonly<Record<string, Scores>>, pixels = 'a'): string {
  const metrics = join(root, 'reports/metrics');
  rmSync(join(metrics, 'evaluate'), { recursive: true, force: true });
  const evaluation = Object.entries(models).map(
    ([key, { accuracy, macroF1, ece }]) => [key, { accuracy, macroF1, calibration: { ece } }] as const,
  );
  const packed = { splits: { test: { pixelDigest: pixels } } };
  writeFiles(metrics, {
    'download.json': '{}',
    'to-rgb.json': JSON.stringify(packed),
    ...Object.fromEntries(
      evaluation.map(([key, content]) => [`evaluate/${key}.json`, JSON.stringify(content)]),
    ),
  });
  const results = { evaluation: new Map(evaluation), packed } as unknown as Results;
  return renderMarkdown(changesSection(results, readEarlierResults([join(metrics, 'download.json')])));
}

it('beside the last commit with other results, before these are committed and after', () => {
  const { root, commitAll } = gitProject({});
  expect(sectionOf(root, { resnet: scores })).toBe('\n');
  commitAll('First `results`');
  expect(sectionOf(root, { resnet: scores })).toBe('\n');
  const better = { ...scores, accuracy: 0.512 };
  const section = sectionOf(root, { resnet: better });
  expect(section).toContain("“First 'results'”. Of the metrics files, 1 differs: evaluate of resnet.");
  expect(section).toContain('| ResNet | accuracy | 50.0 | 51.2 | +1.2 |');
  expect(section).not.toContain('macro-F1 |');
  commitAll('Second');
  writeFiles(root, { 'README.md': 'x' });
  commitAll('Something else');
  expect(sectionOf(root, { resnet: better })).toBe(section);
});

it('new models and those that are gone', () => {
  const { root, commitAll } = gitProject({});
  sectionOf(root, { resnet: scores });
  commitAll('First');
  const section = sectionOf(root, { mobilenetv2: scores });
  expect(section).toContain('| ResNet | accuracy | 50.0 | – | gone |');
  expect(section).toContain('| MobileNetV2 | accuracy | – | 50.0 | new |');
  expect(section).toContain('evaluate of resnet, mobilenetv2.');
});

it('other test images, where no score of then stands beside one of now', () => {
  const { root, commitAll } = gitProject({});
  sectionOf(root, { resnet: scores });
  commitAll('First');
  const section = sectionOf(root, { resnet: { ...scores, accuracy: 0.9 } }, 'b');
  expect(section).toContain('differ: evaluate of resnet; to-rgb.');
  expect(section).toContain(
    'The test images were others then, so that scores of then and now do not compare.',
  );
  expect(section).not.toContain('50.0');
});

it('other files with the same scores say so', () => {
  const { root, commitAll } = gitProject({ 'reports/metrics/sweep/a.json': '1' });
  sectionOf(root, { resnet: scores });
  commitAll('First');
  writeFiles(root, { 'reports/metrics/sweep/a.json': '2' });
  const section = sectionOf(root, { resnet: scores });
  expect(section).toContain('1 differs: sweep of a.');
  expect(section).toContain('are the same.');
});

it('outside of git there is nothing to compare', () => {
  expect(sectionOf(temporaryFolder(), { resnet: scores })).toBe('\n');
});
