import { formatCount } from '../../../kit/index.ts';
import { CLASSES, COMPACT_ARCHITECTURES } from '../../params/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import { colorAt, type LineSeries, renderLines, SERIES_COLORS } from '../figures/index.ts';
import { PAPER_SWEEP } from '../paper-figures.ts';
import type { HistoryRow, Results, TrainingResult } from '../results.ts';
import { decimals, firstRuns, inModelOrder, modelName, paperPair, percent } from './format.ts';
import { type TeachingParams, taughtTable } from './teaching.ts';

/** One table and two figures per architecture, and why the winner won. */
export function sweepSection(results: Results): Block[] {
  return [
    heading(2, 'Sweep'),
    paragraph(
      'Each configuration is trained from new weights, by one function, and scored on the validation split at its kept epoch. The paper scored its last epoch on the test set.',
    ),
    ...COMPACT_ARCHITECTURES.flatMap((architecture) => {
      const runs = [...results.sweep].filter(([, run]) => run.metrics.architecture === architecture);
      return runs.length === 0 ? [] : sweepOf(architecture, runs, results);
    }),
  ];
}

function sweepOf(
  architecture: string,
  runs: readonly (readonly [string, TrainingResult])[],
  results: Results,
): Block[] {
  const name = modelName(architecture);
  const selection = results.select[architecture] as { readonly reason?: string } | undefined;
  const column = (key: string): LineSeries[] =>
    runs.map(([run, { history }], i) => ({
      name: run,
      color: colorAt(SERIES_COLORS, i),
      points: pointsOf(history, key),
    }));
  return [
    heading(3, name),
    {
      kind: 'table',
      rows: [SWEEP_HEADER, ...runs.map(([run, result]) => sweepRow(run, result))],
      right: [1, 2, 3, 4, 5, 6],
    },
    paragraph(`Selected: ${selection?.reason ?? '–'}`),
    {
      kind: 'figure',
      name: `sweep-${architecture}-accuracy`,
      svg: renderLines({
        title: `${name} sweep: validation accuracy`,
        xName: 'epoch',
        yName: 'accuracy',
        yRange: [0, 1],
        series: column('val_acc'),
      }),
      caption: `Validation accuracy of the ${name} configurations by epoch (the paper's figures 5 and 13).`,
    },
    {
      kind: 'figure',
      name: `sweep-${architecture}-macro-f1`,
      svg: renderLines({
        title: `${name} sweep: validation macro-F1`,
        xName: 'epoch',
        yName: 'macro-F1',
        yRange: [0, 1],
        series: column('val_f1_macro'),
      }),
      caption: `Validation macro-F1 of the ${name} configurations by epoch (the paper's figures 6 and 14).`,
    },
  ];
}

const SWEEP_HEADER = ['configuration', 'accuracy', 'macro-F1', 'happy F1', 'disgust F1', 'loss', 'paper'];

function sweepRow(name: string, { metrics }: TrainingResult): string[] {
  const { validation } = metrics;
  const paper = PAPER_SWEEP[name];
  return [
    name,
    percent(validation.accuracy),
    percent(validation.macroF1),
    percent(validation.perClass['happy']?.f1),
    percent(validation.perClass['disgust']?.f1),
    decimals(validation.loss, 3),
    paperPair(paper),
  ];
}

/** How the final models and the baseline were trained, and by which other nets they were taught. */
export function finalSection(results: Results, params: TeachingParams): Block[] {
  const trainings = inModelOrder(results.training);
  return [
    heading(2, 'Final trainings'),
    {
      kind: 'table',
      rows: [
        [
          'model',
          'optimizer',
          'learning rate',
          'dropout',
          'weight decay',
          'epochs',
          'kept epoch',
          'steps',
          'validation accuracy',
          'macro-F1',
        ],
        ...trainings.map(([key, { metrics: m }]) => [
          modelName(key),
          m.optimizer,
          String(m.learningRate),
          String(m.dropout),
          String(m.weightDecay),
          String(m.epochs),
          String(m.keptEpoch),
          formatCount(m.steps),
          percent(m.validation.accuracy),
          percent(m.validation.macroF1),
        ]),
      ],
      right: [2, 3, 4, 5, 6, 7, 8, 9],
    },
    ...taughtTable(results, params),
    ...firstRuns(results.training).flatMap(([key, result]) => curvesOf(key, result)),
  ];
}

function curvesOf(key: string, { metrics, history }: TrainingResult): Block[] {
  const name = modelName(key);
  const marks = [{ x: metrics.keptEpoch, name: 'kept' }];
  const series = (column: string, title: string, i: number): LineSeries => ({
    name: title,
    color: colorAt(SERIES_COLORS, i),
    points: pointsOf(history, column),
  });
  const start = metrics.initialWeights === 'random' ? 'random weights' : 'ImageNet weights';
  return [
    {
      kind: 'figure',
      name: `loss-${key}`,
      svg: renderLines({
        title: `${name}: loss`,
        xName: 'epoch',
        yName: 'cross-entropy',
        marks,
        series: [series('train_loss', 'train', 0), series('val_loss', 'validation', 1)],
      }),
      caption: `Loss of ${name} by epoch, from ${start}; training loss is the running mean on augmented images.`,
    },
    {
      kind: 'figure',
      name: `scores-${key}`,
      svg: renderLines({
        title: `${name}: validation scores`,
        xName: 'epoch',
        yName: 'share',
        yRange: [0, 1],
        marks,
        series: [
          series('val_acc', 'accuracy', 0),
          series('val_f1_macro', 'macro-F1', 1),
          ...CLASSES.filter((c) => c === 'disgust' || c === 'happy').map((c, i) => ({
            ...series(`${c}_f1-score`, `${c} F1`, i + 2),
            dashed: true,
          })),
        ],
      }),
      caption: `Validation accuracy, macro-F1, and F1 of the rarest and the largest class, ${name}.`,
    },
  ];
}

function pointsOf(history: readonly HistoryRow[], column: string): (readonly [number, number])[] {
  return history.map((row) => [row['epoch'] ?? 0, row[column] ?? Number.NaN] as const);
}
