import { describe, expect, test } from 'vitest';
import type { Params } from '../../../../src/fer/params/index.ts';
import { renderHtml } from '../../../../src/fer/report/html.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { finalSection } from '../../../../src/fer/report/sections/training.ts';

type Teach = Params['teach'];

const teachers: Teach = {
  teachers: { models: 'artifacts/models/teacher-*', views: {} as Teach[string]['views'] },
};
const measured = { models: 3, views: 6, images: 28_709, accuracy: 0.8123, entropy: 0.7654 };
const metrics = {
  validation: { accuracy: 0.6, macroF1: 0.5 },
  optimizer: 'adamw',
  initialWeights: 'random',
  keptEpoch: 1,
  steps: 1,
};

/** The section of two final trainings, of which `se-resnet` has these targets. */
function section(
  targets: string | null,
  teach: Teach,
  teaching: readonly (readonly [string, object])[],
  teachers: string | null = null,
) {
  const training = ['se-resnet', 'resnet'].map((key) => [key, { metrics, history: [] }]);
  const results = {
    sweep: new Map([['a', {}]]),
    training: new Map(training as never),
    teaching: new Map(teaching),
  } as unknown as Results;
  const train = {
    resnet: {
      targets: null,
      targetShare: 0.5,
      optimizer: 'adam',
      weightDecay: 'selected',
      dropout: 'selected',
    },
    'se-resnet': { targets, teachers, targetShare: 0.8 },
    // A training that is declared, and did not run.
    'se-resnet-wide': { targets: 'artifacts/targets/teachers', targetShare: 0.8 },
  } as unknown as Params['train'];
  return finalSection(results, { train, teach });
}

const taught = section('artifacts/targets/teachers', teachers, [['teachers', measured]]);

/** The cells of the rows below the header of the table whose header has this word. */
function rowsOf(markdown: string, word: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && line.includes(word));
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('the section of final trainings', () => {
  test('says what of each came from the sweep', () => {
    expect(renderMarkdown(taught)).toContain(
      "Taken from the sweep's selection: of ResNet dropout, weight decay; of SE-ResNet nothing. All else is as `train` in the parameters says.",
    );
  });

  test('says of each taught training who taught it, in how many views, with what share, and how well that fits', () => {
    expect(rowsOf(renderMarkdown(taught), 'taught by')).toEqual([
      ['SE-ResNet', '`artifacts/models/teacher-*`', '3', '6', '80.0', '81.2', '0.765'],
    ]);
  });

  test('says in Markdown and on the page that the agreement is on images which the teachers know', () => {
    for (const text of [renderMarkdown(taught), renderHtml('Report', taught)])
      expect(text).toContain('on the images that the teachers were trained on');
  });

  test('names the folder of targets that no stage of this pipeline measured', () => {
    expect(rowsOf(renderMarkdown(section('elsewhere/answers', {}, [])), 'taught by')).toEqual([
      ['SE-ResNet', '`elsewhere/answers`', '–', '–', '80.0', '–', '–'],
    ]);
  });

  test('names teachers that answer in each step, of whom nothing is measured', () => {
    const inSteps = section(null, {}, [], 'artifacts/models/teacher-*');
    expect(rowsOf(renderMarkdown(inSteps), 'taught by')).toEqual([
      ['SE-ResNet', '`artifacts/models/teacher-*`', '–', 'as in the step', '80.0', '–', '–'],
    ]);
  });

  test('has the same blocks as before where no training was taught, whatever teachers were measured', () => {
    const untaught = section(null, teachers, [['teachers', measured]]);
    expect(untaught).toEqual(taught.filter((block) => !('caption' in block && block.kind === 'table')));
    expect(renderMarkdown(untaught)).not.toContain('taught');
  });
});
