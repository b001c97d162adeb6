import { formatCount } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, figureName, heading, paragraph } from '../document.ts';
import { colorAt, type LineSeries, type Palette, renderLines, SAFE_PALETTE } from '../figures/index.ts';
import { paperFigure } from '../paper-figures.ts';
import type { Results, TrainingResult } from '../results.ts';
import { firstRuns, inModelOrder, modelName, percent } from './format.ts';
import { pointsOf } from './history.ts';
import { type TeachingParams, taughtTable } from './teaching.ts';

/** How the final models and the baseline were trained, and by which other nets they were taught. */
export function finalSection(results: Results, params: TeachingParams, palette = SAFE_PALETTE): Block[] {
  const trainings = inModelOrder(results.training);
  if (trainings.length === 0) return [heading(2, 'Final trainings'), paragraph('No final training was run.')];
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
    ...selectedValues(results, params),
    ...taughtTable(results, params),
    ...firstRuns(results.training).flatMap(([key, result]) => curvesOf(key, result, palette)),
  ];
}

/** What of each final training the sweep decided. The table above it has the values themselves. */
function selectedValues({ training, sweep }: Results, { train }: TeachingParams): Block[] {
  if (sweep.size === 0) return [];
  const taken = firstRuns(training).flatMap(([key]) => {
    const values = train[key];
    if (values === undefined) return [];
    const names = SELECTABLE.filter(([name]) => values[name] === SELECTED).map(([, title]) => title);
    return [`of ${modelName(key)} ${names.length === 0 ? 'nothing' : names.join(', ')}`];
  });
  if (taken.length === 0) return [];
  return [
    paragraph(
      `Taken from the sweep's selection: ${taken.join('; ')}. All else is as \`train\` in the parameters says.`,
    ),
  ];
}

const SELECTED = 'selected';
const SELECTABLE = [
  ['optimizer', 'optimizer'],
  ['learningRate', 'learning rate'],
  ['dropout', 'dropout'],
  ['weightDecay', 'weight decay'],
] as const;

function curvesOf(key: string, { metrics, history }: TrainingResult, { series: colors }: Palette): Block[] {
  const name = modelName(key);
  const marks = [{ x: metrics.keptEpoch, name: 'kept' }];
  const series = (column: string, title: string, i: number): LineSeries => ({
    name: title,
    color: colorAt(colors, i),
    points: pointsOf(history, column),
  });
  const start = metrics.initialWeights === 'random' ? 'random weights' : 'ImageNet weights';
  return [
    {
      kind: 'figure',
      name: figureName('loss', key),
      svg: renderLines({
        title: `${name}: loss`,
        xName: 'epoch',
        yName: 'cross-entropy',
        marks,
        series: [series('train_loss', 'train', 0), series('val_loss', 'validation', 1)],
      }),
      caption: `Loss of ${name} by epoch${paperFigure('loss', key)}, from ${start}; training loss is the running mean in training mode, with dropout and augmentation where there are any.`,
    },
    {
      kind: 'figure',
      name: figureName('scores', key),
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
      caption: `Validation accuracy, macro-F1, and F1 of disgust and happy, ${name}.`,
    },
  ];
}
