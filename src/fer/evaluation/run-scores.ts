import { reportFromConfusion } from './classification-report.ts';
import { mean, sum } from './mean.ts';

/** Two of the measures of one run, or of several in the mean. */
export interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
}

/** The scores of a run's answers, with each image counted `images[i]` times. All are `[n]`. */
export function scoreRun(
  labels: Uint8Array,
  answers: Uint8Array,
  images: Uint16Array,
  classCount: number,
): Scores {
  const counts = new Float64Array(classCount * classCount);
  for (let i = 0; i < labels.length; i++) {
    const cell = (labels[i] ?? 0) * classCount + (answers[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + (images[i] ?? 0);
  }
  const { accuracy, macroF1 } = reportFromConfusion(counts, classCount);
  return { accuracy, macroF1 };
}

/** Measure by measure. */
export function meanOfRuns(runs: readonly Scores[]): Scores {
  return eachMeasure(runs, mean);
}

/** The standard deviation between runs, with n - 1; undefined for a single one. */
export function deviationOfRuns(runs: readonly Scores[]): Scores | undefined {
  if (runs.length < 2) return undefined;
  return eachMeasure(runs, (values) => {
    const centre = mean(values);
    const squares = sum(values.map((value) => (value - centre) ** 2));
    return Math.sqrt(squares / (values.length - 1));
  });
}

function eachMeasure(runs: readonly Scores[], measure: (values: readonly number[]) => number): Scores {
  return {
    accuracy: measure(runs.map(({ accuracy }) => accuracy)),
    macroF1: measure(runs.map(({ macroF1 }) => macroF1)),
  };
}
