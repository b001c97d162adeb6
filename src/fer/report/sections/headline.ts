import { formatCount } from '../../../kit/index.ts';
import { type EvaluationMetrics, runOf } from '../../evaluation/index.ts';
import { type Block, heading, note, paragraph } from '../document.ts';
import { type Palette, renderSizes, SAFE_PALETTE, type SizedModel } from '../figures/index.ts';
import { PAPER_MODELS } from '../paper-figures.ts';
import type { Results } from '../results.ts';
import {
  confidencePercent,
  countOf,
  decimals,
  firstRuns,
  inModelOrder,
  modelName,
  paperPair,
  percent,
  withInterval,
} from './format.ts';

/** The models beside each other and beside the paper, on the untouched test split. */
export function headlineSection(results: Results, source: string, palette = SAFE_PALETTE): Block[] {
  const rows = inModelOrder(results.evaluation).map(([key, scores]) => rowOf(key, scores));
  const remarks = inModelOrder(results.evaluation).flatMap(([key]) => {
    const remark = PAPER_MODELS[key]?.remark;
    return remark === undefined ? [] : [`${modelName(key)}: ${remark}.`];
  });
  const first = [...results.evaluation.values()][0];
  if (first === undefined) return [heading(2, 'Results'), paragraph('No model was evaluated.')];
  const confidence =
    first.intervals === undefined
      ? ''
      : `, with ${confidencePercent(first.intervals.confidence)} intervals (bootstrap)`;
  return [
    heading(2, 'Results'),
    ...(source === 'generated' ? [note(GENERATED)] : []),
    {
      kind: 'table',
      caption: `Test split, ${formatCount(first.images)} images, ${READ[results.packed.validationRule]}${confidence}. Scores in per cent.`,
      rows: [
        ['model', 'parameters', 'accuracy', 'macro-F1', 'top-2', 'paper', 'paper, matched data', 'ECE'],
        ...rows,
      ],
      right: [1, 2, 3, 4, 5, 6, 7],
    },
    {
      kind: 'list',
      items: [
        '"Paper" is accuracy / macro-F1 as its report states them; "matched data", those of its published checkpoints on test images encoded as their training images were.',
        '"Top-2" is how often the class is among the two likeliest answers. "ECE", the expected calibration error, is how far confidence and accuracy are apart on average: from 0 to 1, the lower the better.',
        ...remarks,
        ...lengths(results),
        ...missing(results),
      ],
    },
    ...alarms(results),
    ...sizes(results, source, palette),
  ];
}

const READ: Readonly<Record<Results['packed']['validationRule'], string>> = {
  names: 'read once',
  'held-out': 'read once',
  'test-files': 'the very images that configurations and epochs were chosen on',
};

/** A shorter training beside a longer one is no reproduction yet: a reader must see it here. */
function lengths(results: Results): string[] {
  const both = firstRuns(results.training).flatMap(([key]) => {
    const paper = results.evaluation.has(key) ? PAPER_MODELS[key]?.epochs : undefined;
    // Further seeds may have been trained for less.
    const runs = inModelOrder(results.training).filter(([run]) => runOf(run).base === key);
    const epochs = [...new Set(runs.map(([, { metrics }]) => metrics.epochs))];
    return paper === undefined ? [] : [`${modelName(key)} ${epochs.join(' or ')} (${paper})`];
  });
  return both.length === 0 ? [] : [`Epochs of training, the paper's in brackets: ${both.join(', ')}.`];
}

/** Whom the paper has beside these, and this report has not. */
function missing({ evaluation }: Results): string[] {
  const names = Object.keys(PAPER_MODELS).filter((key) => !evaluation.has(key));
  return names.length === 0
    ? []
    : [`Of the paper's models, not evaluated here: ${names.map(modelName).join(', ')}.`];
}

const GENERATED =
  "These figures are about drawn faces, the data set that comes with Ferment so that the pipeline runs without a download. They say nothing about people, and the paper's figures beside them are there only to show where they will stand for FER2013.";

function rowOf(key: string, scores: EvaluationMetrics): string[] {
  const paper = PAPER_MODELS[key];
  return [
    modelName(key),
    formatCount(countOf(scores.model)),
    withInterval(scores.accuracy, scores.intervals?.accuracy),
    withInterval(scores.macroF1, scores.intervals?.macroF1),
    percent(scores.top2Accuracy),
    paperPair(paper?.reported),
    paperPair(paper?.matched),
    decimals(scores.calibration.ece, 3),
  ];
}

/** Drawn faces are another question than the paper's, whose accuracies then do not belong into the same axes. */
function sizes(results: Results, source: string, palette: Palette): Block[] {
  const isPapers = source !== 'generated';
  const models = firstRuns(results.evaluation).map(([key, { model, accuracy, intervals }]): SizedModel => {
    const reported = isPapers ? PAPER_MODELS[key]?.reported.accuracy : undefined;
    return {
      name: modelName(key),
      parameters: countOf(model),
      multiplyAdds: model.multiplyAdds,
      accuracy,
      interval: intervals?.accuracy,
      reported: reported === undefined ? undefined : reported / 100,
    };
  });
  if (models.length < 2) return [];
  return [
    {
      kind: 'figure',
      name: 'accuracy-size',
      svg: renderSizes('What accuracy costs', models, palette),
      caption: `Accuracy on the test split, in one view, against the size of the net and its work for one image${isPapers ? "; hollow: what the paper's report states" : ''}.`,
    },
  ];
}

function alarms(results: Results): Block[] {
  const found = inModelOrder(results.evaluation).flatMap(([key, scores]) =>
    scores.alarms.map((text) => `${modelName(key)}: ${text}`),
  );
  return found.length === 0 ? [] : [note('The evaluation warns:'), { kind: 'list', items: found }];
}
