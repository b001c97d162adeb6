import { formatCount } from '../../../kit/index.ts';
import type { EvaluationMetrics } from '../../evaluation/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, figureName, heading, paragraph } from '../document.ts';
import {
  colorAt,
  type Palette,
  renderBars,
  renderConfusion,
  renderReliability,
  SAFE_PALETTE,
} from '../figures/index.ts';
import { paperFigure } from '../paper-figures.ts';
import type { Results } from '../results.ts';
import { firstRuns, inModelOrder, modelName, percent, points, withInterval } from './format.ts';
import { furtherScores } from './further-scores.ts';

/** What each model answers: by class, by confidence, and by the encoding of the images. */
export function evaluationSection(results: Results, palette = SAFE_PALETTE): Block[] {
  const models = inModelOrder(results.evaluation);
  const quality = results.packed.splits.test.jpegQuality;
  if (models.length === 0) return [heading(2, 'Evaluation'), paragraph('No model was evaluated.')];
  return [
    heading(2, 'Evaluation'),
    ...furtherScores(models),
    ...firstRuns(results.evaluation).flatMap(([key, scores]) => modelBlocks(key, scores, palette)),
    ...viewBlocks(models, results.packed.validationRule === 'test-files'),
    ...encodingBlocks(models, quality),
  ];
}

function encodingBlocks(models: Models, quality: number | null): Block[] {
  const hasCopies = models.some(([, { canary }]) => Object.keys(canary).some((name) => name !== 'asIs'));
  const title = heading(3, 'Does a model read the encoding?');
  if (!hasCopies)
    return [
      title,
      paragraph(
        'Not measured: no copies of the test images at other qualities were asked for (`evaluate.canaryQualities`).',
      ),
    ];
  return [
    title,
    paragraph(
      `The same test images, saved once more as JPEG: a person sees no difference, and a model that looks at faces does not either. The paper's final models did: their accuracy moved by 9 to 16 points.${blindSpot(quality)}`,
    ),
    { kind: 'table', rows: canaryRows(models, quality), right: [2, 3, 4, 5] },
  ];
}

type Models = readonly (readonly [string, EvaluationMetrics])[];

/** Copies of copies are equal: a model that knows its training images by their encoding is at home on all of these. */
function blindSpot(quality: number | null): string {
  if (quality === null) return '';
  return ` Here the test images that are evaluated are such copies themselves, at quality ${quality} (\`to-rgb.jpegQuality.test\`), and hardly change any more: what a model does on files that were never saved again, this table cannot show.`;
}

function modelBlocks(key: string, scores: EvaluationMetrics, palette: Palette): Block[] {
  const name = modelName(key);
  const column = (measure: 'precision' | 'recall' | 'f1'): number[] =>
    CLASSES.map((c) => scores.perClass[c]?.[measure] ?? 0);
  return [
    heading(3, name),
    {
      kind: 'figure',
      name: figureName('classes', key),
      svg: renderBars({
        title: `${name}: precision, recall and F1 by class`,
        yName: 'share',
        categories: CLASSES,
        maximum: 1,
        format: (value) => value.toFixed(2).replace(/^0/, ''),
        series: [
          { name: 'precision', color: colorAt(palette.scores, 0), values: column('precision') },
          { name: 'recall', color: colorAt(palette.scores, 1), values: column('recall') },
          { name: 'F1', color: colorAt(palette.scores, 2), values: column('f1') },
        ],
      }),
      caption: `Precision, recall and F1 of ${name} on the test split, by class${paperFigure('classes', key)}.`,
    },
    {
      kind: 'figure',
      name: figureName('confusion', key),
      svg: renderConfusion(`${name}: what was answered for what`, CLASSES, scores.confusion),
      caption: `Confusion of ${name} on the test split.`,
    },
    {
      kind: 'figure',
      name: figureName('calibration', key),
      svg: renderReliability(
        `${name}: calibration`,
        scores.calibration.bins,
        scores.calibration.ece,
        palette,
      ),
      caption: `How often ${name} is right against how sure it is; the stronger the colour of a bar, the more images.`,
    },
  ];
}

/** Several views of each image, and test images that occur in train: only where an evaluation has either. */
function viewBlocks(models: Models, isValidationTest: boolean): Block[] {
  const chosen = isValidationTest ? 'chosen on these very images' : 'chosen on validation alone';
  const measured = models.filter(([, { views, deduplicated }]) => views ?? deduplicated);
  if (measured.length === 0) return [];
  const reasons = measured.flatMap(([key, { views }]) =>
    views === undefined ? [] : [`${modelName(key)}: ${views.reason}`],
  );
  return [
    heading(3, 'Several views, and without duplicates'),
    paragraph(
      `The mean answer to several views of each image (mirrored, scaled, shifted), where the evaluation asks for them, ${chosen}. "Without duplicates" leaves out the test images that the data set also has among its training images, whether these were trained on or not.`,
    ),
    {
      kind: 'table',
      rows: [
        ['model', 'views', 'accuracy', 'macro-F1', 'images', 'accuracy, no duplicates', 'macro-F1'],
        ...measured.flatMap(([key, scores]) => viewRows(key, scores)),
      ],
      right: [2, 3, 4, 5, 6],
    },
    ...(reasons.length === 0 ? [] : [{ kind: 'list', items: reasons } as const]),
  ];
}

function viewRows(key: string, { views, ...single }: EvaluationMetrics): string[][] {
  const row = (name: string, scores: ViewScoresShown): string[] => [
    modelName(key),
    name,
    withInterval(scores.accuracy, scores.intervals?.accuracy),
    withInterval(scores.macroF1, scores.intervals?.macroF1),
    scores.deduplicated === undefined ? '–' : formatCount(scores.deduplicated.images),
    percent(scores.deduplicated?.accuracy),
    percent(scores.deduplicated?.macroF1),
  ];
  const count = views?.validation[views.chosen]?.views ?? 1;
  return [
    row('one', single),
    ...(views === undefined || count === 1 ? [] : [row(`${views.chosen} (${count})`, views.test)]),
  ];
}

type ViewScoresShown = Pick<EvaluationMetrics, 'accuracy' | 'macroF1' | 'deduplicated'> & {
  readonly intervals?: NonNullable<EvaluationMetrics['views']>['test']['intervals'];
};

function canaryRows(models: Models, evaluated: number | null): string[][] {
  const asIs = evaluated === null ? 'as they are' : `as evaluated, JPEG quality ${evaluated}`;
  const header = ['model', 'test images', 'accuracy', 'change', 'macro-F1', 'most frequent answer'];
  const rows = models.flatMap(([key, { canary }]) =>
    // Whole numbers come first in an object's order: the images as they are go before the copies.
    [...Object.entries(canary)]
      .sort(([a], [b]) => rank(a) - rank(b))
      .map(([encoding, scores]) => [
        modelName(key),
        encoding === 'asIs' ? asIs : `JPEG quality ${encoding}`,
        percent(scores.accuracy),
        encoding === 'asIs' ? '' : points(scores.accuracyChange),
        percent(scores.macroF1),
        `${mostFrequent(scores.predicted)} ${percent(scores.largestShare)}`,
      ]),
  );
  return [header, ...rows];
}

function rank(encoding: string): number {
  return encoding === 'asIs' ? -Infinity : -Number(encoding);
}

function mostFrequent(predicted: Readonly<Record<string, number>>): string {
  return Object.entries(predicted).reduce((best, entry) => (entry[1] > best[1] ? entry : best), ['–', -1])[0];
}
