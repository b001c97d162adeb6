import { bootstrapIntervals, type Interval } from './bootstrap.ts';
import { classificationReport } from './classification-report.ts';
import { argmaxRows, logLoss, normaliseRows } from './probabilities.ts';

/** What answers are worth, in short. */
export interface ShortScores {
  readonly images: number;
  readonly accuracy: number;
  readonly macroF1: number;
}

/** What the mean over several views is worth on the test images. */
export interface ViewScores extends ShortScores {
  readonly logLoss: number;
  /** Left out when no resamples were asked for. */
  readonly intervals?: { readonly accuracy: Interval; readonly macroF1: Interval };
  /** Present when some test images occur in train: without them. */
  readonly deduplicated?: ShortScores;
}

/** One set of views on the validation images. */
export interface Candidate extends Omit<ShortScores, 'images'> {
  /** How often each image was looked at. */
  readonly views: number;
}

/** Several views of each image: the choice, made on validation, and what it is worth on the test images. */
export interface ViewMetrics {
  readonly chosen: string;
  /** Why it was chosen, as a sentence. */
  readonly reason: string;
  /** By the name of the set; `one` is the image as it is. */
  readonly validation: Readonly<Record<string, Candidate>>;
  readonly test: ViewScores;
}

export interface ShortAnswers {
  readonly labels: Uint8Array;
  /** float32, `[n, classes]`. */
  readonly probabilities: Float32Array;
  readonly classCount: number;
  /** Which images occur in train, `[n]`. */
  readonly inTrain: readonly boolean[];
}

/** The set with the highest accuracy on validation; of equals the one with fewer views, then the earlier. */
export function chooseViews(candidates: Readonly<Record<string, Candidate>>): {
  readonly chosen: string;
  readonly reason: string;
} {
  const ranked = Object.entries(candidates).sort(
    ([, a], [, b]) => b.accuracy - a.accuracy || a.views - b.views,
  );
  const [[chosen, best] = ['', { accuracy: 0 }], second] = ranked;
  const worth = `${chosen} has the highest accuracy on validation: ${best.accuracy.toFixed(4)}`;
  return { chosen, reason: `${worth}${second === undefined ? '' : runnerUp(second, best.accuracy)}.` };
}

function runnerUp([name, { accuracy }]: readonly [string, Candidate], best: number): string {
  return accuracy === best
    ? `, as ${name} has, with no fewer views`
    : `, before ${name} with ${accuracy.toFixed(4)}`;
}

/** Accuracy and macro-F1. */
export function shortScores({
  labels,
  probabilities,
  classCount,
}: Omit<ShortAnswers, 'inTrain'>): ShortScores {
  const answers = argmaxRows(normaliseRows(probabilities, classCount), classCount);
  const { accuracy, macroF1 } = classificationReport(labels, answers, classCount);
  return { images: labels.length, accuracy, macroF1 };
}

/** The scores without the images that occur in train; nothing where none does, or all do. */
export function withoutDuplicates(answers: ShortAnswers): { readonly deduplicated?: ShortScores } {
  const { labels, probabilities, classCount, inTrain } = answers;
  const kept = [...labels.keys()].filter((i) => inTrain[i] !== true);
  if (kept.length === labels.length || kept.length === 0) return {};
  return {
    deduplicated: shortScores({
      labels: Uint8Array.from(kept, (i) => labels[i] ?? 0),
      probabilities: Float32Array.from(
        kept.flatMap((i) => [...probabilities.subarray(i * classCount, (i + 1) * classCount)]),
      ),
      classCount,
    }),
  };
}

interface BootstrapParams {
  readonly seed: number;
  readonly bootstrapSamples: number;
  readonly confidence: number;
}

/** All that is said of several views on the test images. */
export function viewScores(
  answers: ShortAnswers,
  { seed, bootstrapSamples: samples, confidence }: BootstrapParams,
): ViewScores {
  const { labels, probabilities, classCount } = answers;
  const p = normaliseRows(probabilities, classCount);
  const options = { seed, samples, confidence, kind: 'plain' } as const;
  const intervals = (): Pick<ViewScores, 'intervals'> => {
    const { accuracy, macroF1 } = bootstrapIntervals(labels, argmaxRows(p, classCount), classCount, options);
    return { intervals: { accuracy, macroF1 } };
  };
  return {
    ...shortScores(answers),
    logLoss: logLoss(p, labels, classCount),
    ...(samples === 0 ? {} : intervals()),
    ...withoutDuplicates(answers),
  };
}
