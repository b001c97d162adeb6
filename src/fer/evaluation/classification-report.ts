import { FermentError } from '../../kit/index.ts';
import { mean, sum } from './mean.ts';

/** Precision, recall and F1 of one class; a ratio without a denominator is 0. `support` counts its labels. */
export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
  /** How often this class was the answer. */
  readonly predicted: number;
}

/** What arg-max answers are worth, over all samples and per class. */
export interface ClassificationReport {
  readonly accuracy: number;
  /** Unweighted mean of F1 over all classes; one that neither occurs nor is answered counts 0. */
  readonly macroF1: number;
  /** The same over the classes that occur in labels or answers. */
  readonly macroF1PresentOnly: number;
  /** Mean of F1 weighted by support. */
  readonly weightedF1: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  /** Mean recall over the classes that occur in the labels. */
  readonly balancedAccuracy: number;
  /** Cohen's kappa; 0 when labels and answers are one and the same class. */
  readonly kappa: number;
  /** Matthews' correlation for several classes (Gorodkin 2004); 0 when only one class occurs or is answered. */
  readonly mcc: number;
  /** In the order of the classes. */
  readonly perClass: readonly ClassScores[];
  /** `confusion[label][answer]`: counts. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Compares answers with labels, both class numbers in [0, classCount), one a sample.
 * Throws BAD_ARRAY when they differ in length, are empty, or hold anything but such class numbers.
 */
export function classificationReport(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
): ClassificationReport {
  return reportFromConfusion(confusionCounts(labels, predictions, classCount), classCount);
}

/** Counts of (label, answer), row-major `[classCount, classCount]`. Throws as `classificationReport` does. */
export function confusionCounts(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
): Float64Array {
  if (labels.length !== predictions.length || labels.length === 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected one label for each answer and at least one of them. Received: ${labels.length} labels, ${predictions.length} answers.`,
    );
  }
  const counts = new Float64Array(classCount * classCount);
  for (let i = 0; i < labels.length; i++) {
    const label = classAt(labels, i, classCount, 'label');
    const answer = classAt(predictions, i, classCount, 'answer');
    const cell = label * classCount + answer;
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

function classAt(values: ArrayLike<number>, i: number, classCount: number, what: string): number {
  const value = values[i];
  if (value !== undefined && Number.isInteger(value) && value >= 0 && value < classCount) return value;
  throw new FermentError(
    'BAD_ARRAY',
    `Expected class numbers from 0 to ${classCount - 1}. Received: ${value} as ${what} of sample ${i}.`,
  );
}

/** The report from counts of (label, answer), row-major; what is left of the samples once they are counted. */
export function reportFromConfusion(counts: Float64Array, classCount: number): ClassificationReport {
  const confusion = rowsOf(counts, classCount);
  const perClass = confusion.map((row, c) => classScores(counts, classCount, sum(row), c));
  const total = sum(perClass.map((s) => s.support));
  const hits = sum(confusion.map((row, c) => row[c] ?? 0));
  const present = perClass.filter((s) => s.support > 0 || s.predicted > 0);
  return {
    accuracy: hits / total,
    macroF1: mean(perClass.map((s) => s.f1)),
    macroF1PresentOnly: mean(present.map((s) => s.f1)),
    weightedF1: sum(perClass.map((s) => s.f1 * s.support)) / total,
    macroPrecision: mean(perClass.map((s) => s.precision)),
    macroRecall: mean(perClass.map((s) => s.recall)),
    balancedAccuracy: mean(perClass.filter((s) => s.support > 0).map((s) => s.recall)),
    ...agreement(perClass, hits, total),
    perClass,
    confusion,
  };
}

function classScores(counts: Float64Array, classCount: number, support: number, c: number): ClassScores {
  let predicted = 0;
  for (let row = 0; row < classCount; row++) predicted += counts[row * classCount + c] ?? 0;
  const hits = counts[c * classCount + c] ?? 0;
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    // 2PR / (P + R) without its division by zero
    f1: ratio(2 * hits, support + predicted),
    support,
    predicted,
  };
}

/** Both measures compare the hits with what the margins alone would give by chance. */
function agreement(
  perClass: readonly ClassScores[],
  hits: number,
  total: number,
): { readonly kappa: number; readonly mcc: number } {
  const chance = sum(perClass.map((s) => s.support * s.predicted));
  const squares = total * total;
  const labelSpread = squares - sum(perClass.map((s) => s.support * s.support));
  const answerSpread = squares - sum(perClass.map((s) => s.predicted * s.predicted));
  const covariance = hits * total - chance;
  return {
    kappa: ratio(covariance, squares - chance),
    mcc: ratio(covariance, Math.sqrt(labelSpread * answerSpread)),
  };
}

function rowsOf(counts: Float64Array, classCount: number): number[][] {
  return Array.from({ length: classCount }, (_, row) => [
    ...counts.subarray(row * classCount, (row + 1) * classCount),
  ]);
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
