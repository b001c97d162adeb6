import { readFileSync } from 'node:fs';

export interface ReferenceMetrics {
  readonly accuracy: number;
  readonly macro_f1: number;
  readonly macro_f1_present_only: number;
  readonly weighted_f1: number;
  readonly balanced_accuracy_present: number;
  readonly macro_precision: number;
  readonly macro_recall: number;
  readonly precision: Readonly<Record<string, number>>;
  readonly recall: Readonly<Record<string, number>>;
  readonly f1: Readonly<Record<string, number>>;
  readonly support: Readonly<Record<string, number>>;
  readonly kappa: number;
  readonly mcc: number;
  readonly log_loss: number;
  readonly ece15: number;
  readonly ece15_bins_count_conf_acc: readonly (readonly [number, number | null, number | null])[];
  readonly brier_sum: number;
  readonly top2_accuracy: number;
  readonly confusion_rows_true: readonly (readonly number[])[];
  readonly predicted_counts: readonly number[];
}

export interface ReferenceCase {
  readonly name: string;
  readonly labels: readonly number[];
  readonly predictions: readonly number[];
  /** float32, row-major [n, 7]. */
  readonly probabilities: Float32Array;
  readonly metrics: ReferenceMetrics;
}

/** scikit-learn's answers for three fixed situations of seven classes. */
export function referenceCases(): ReferenceCase[] {
  const url = new URL('../../../fixtures/reference/metrics.json', import.meta.url);
  const file = JSON.parse(readFileSync(url, 'utf8')) as {
    cases: Record<
      string,
      { labels: number[]; predictions: number[]; probabilities: number[][]; metrics: ReferenceMetrics }
    >;
  };
  return Object.entries(file.cases).map(([name, c]) => ({
    name,
    labels: c.labels,
    predictions: c.predictions,
    probabilities: Float32Array.from(c.probabilities.flat()),
    metrics: c.metrics,
  }));
}
