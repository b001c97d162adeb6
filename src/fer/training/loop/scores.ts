import { activeUnits, classificationReport } from '../../evaluation/index.ts';
import type { Predictions } from '../../models/index.ts';
import { CLASSES } from '../../params/index.ts';
import type { LogitScores, SplitScores } from './history.ts';

/** Scores what a model says of a whole split, and counts the units that its last layer reads. */
export function scorePredictions(
  { logits, embeddings, dimensions }: Pick<Predictions, 'logits' | 'embeddings' | 'dimensions'>,
  labels: Uint8Array,
): SplitScores {
  return { ...scoreLogits(logits, labels), embedding: activeUnits(embeddings, dimensions) };
}

/**
 * Scores a whole split from its logits `[n, 7]`: cross-entropy by a stable log-sum-exp in float64, arg-max where
 * the first of equals wins. Not finite logits give a loss that is not finite.
 */
export function scoreLogits(logits: Float32Array, labels: Uint8Array): LogitScores {
  const classes = CLASSES.length;
  const answers = new Uint8Array(labels.length);
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const best = argMax(row);
    answers[i] = best;
    const highest = row[best] ?? Number.NaN;
    let sum = 0;
    for (const value of row) sum += Math.exp(value - highest);
    loss += Math.log(sum) + highest - (row[labels[i] ?? 0] ?? Number.NaN);
  }
  const report = classificationReport(labels, answers, classes);
  return {
    loss: loss / labels.length,
    accuracy: report.accuracy,
    macroF1: report.macroF1,
    perClass: report.perClass.map(({ precision, recall, f1, support }) => ({
      precision,
      recall,
      f1,
      support,
    })),
  };
}

function argMax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
