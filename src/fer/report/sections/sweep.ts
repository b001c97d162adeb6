import { plural } from '../../../kit/index.ts';
import { COMPACT_ARCHITECTURES } from '../../params/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import { colorAt, type LineSeries, type Palette, renderLines, SAFE_PALETTE } from '../figures/index.ts';
import { PAPER_SWEEP, PAPER_SWEEP_EPOCHS, paperFigure } from '../paper-figures.ts';
import type { Results, TrainingResult } from '../results.ts';
import { decimals, modelName, paperPair, percent } from './format.ts';
import { pointsOf } from './history.ts';

/** One table and two figures per architecture, and why the winner won. */
export function sweepSection(results: Results, palette = SAFE_PALETTE): Block[] {
  const lengths = [...new Set([...results.sweep.values()].map(({ metrics }) => metrics.epochs))];
  if (lengths.length === 0) return [heading(2, 'Sweep'), paragraph('No configuration was trained.')];
  return [
    heading(2, 'Sweep'),
    paragraph(
      `Each configuration is trained from new weights for ${epochsOf(lengths)} (the paper's: ${PAPER_SWEEP_EPOCHS}), by one function, and scored on the validation split at its kept epoch. The paper scored its last epoch on the test set.`,
    ),
    ...COMPACT_ARCHITECTURES.flatMap((architecture) => {
      const runs = [...results.sweep].filter(([, run]) => run.metrics.architecture === architecture);
      return runs.length === 0 ? [] : sweepOf(architecture, runs, results, palette);
    }),
  ];
}

/** `1 epoch`, `2 or 15 epochs`. */
function epochsOf(lengths: readonly number[]): string {
  const [only] = lengths;
  return lengths.length === 1 && only !== undefined
    ? plural(only, 'epoch')
    : `${lengths.join(' or ')} epochs`;
}

function sweepOf(
  architecture: string,
  runs: readonly (readonly [string, TrainingResult])[],
  results: Results,
  { series: colors }: Palette,
): Block[] {
  const name = modelName(architecture);
  const selection = results.select[architecture] as { readonly reason?: string } | undefined;
  const column = (key: string): LineSeries[] =>
    runs.map(([run, { history }], i) => ({
      name: run,
      color: colorAt(colors, i),
      // The colours come round: no two lines look alike.
      dashed: i % (2 * colors.length) >= colors.length,
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
      caption: `Validation accuracy of the ${name} configurations by epoch${paperFigure('sweepAccuracy', architecture)}.`,
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
      caption: `Validation macro-F1 of the ${name} configurations by epoch${paperFigure('sweepMacroF1', architecture)}.`,
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
