import { createRandom, FermentError, type Random } from '../../kit/index.ts';
import { type Interval, middle } from './bootstrap.ts';
import { reportFromConfusion } from './classification-report.ts';
import { type McNemar, mcnemar } from './mcnemar.ts';

/** The answers of one run of a net to the test images, `[n]`, class numbers. */
export type Answers = Uint8Array;

/** Two nets, each in one or more runs that differ in their seed alone, on the same images. */
export interface Contest {
  /** `[n]` */
  readonly labels: Uint8Array;
  readonly a: readonly Answers[];
  readonly b: readonly Answers[];
  readonly classCount: number;
}

export interface CompareOptions {
  readonly seed: number;
  /** Number of resamples; 0 leaves out intervals. */
  readonly samples: number;
  readonly confidence: number;
}

/** How much better a is than b in one measure. */
export interface Difference {
  /** Mean over a's runs less the mean over b's. */
  readonly value: number;
  /** Over other test images and other seeds; images alone where a net has a single run. Left out without resamples. */
  readonly interval?: Interval;
  /** Smallest share of resamples on either side of 0, twice: the two-sided p-value of the bootstrap. */
  readonly p?: number;
}

export interface Comparison {
  readonly accuracy: Difference;
  readonly macroF1: Difference;
  readonly mcnemar: McNemar;
}

/**
 * Compares two nets on the same test images by a paired bootstrap (Efron and Tibshirani, 1993): each resample draws
 * images, the same for all runs, and runs of each net, and takes the difference of the mean scores. So the interval
 * covers what another test set of this size and other seeds would do. Throws BAD_ARRAY when a net has no run or the
 * runs differ in length.
 */
export function compareNets(contest: Contest, options: CompareOptions): Comparison {
  check(contest);
  const { labels, a, b } = contest;
  const random = createRandom(options.seed, 'compare');
  const plain = scoresOf(contest, new Uint16Array(labels.length).fill(1), a, b);
  const accuracy = new Float64Array(options.samples);
  const macroF1 = new Float64Array(options.samples);
  for (let s = 0; s < options.samples; s++) {
    const images = drawCounts(labels.length, random);
    const drawn = scoresOf(contest, images, drawRuns(a, random), drawRuns(b, random));
    accuracy[s] = drawn.accuracy;
    macroF1[s] = drawn.macroF1;
  }
  const difference = (value: number, values: Float64Array): Difference => ({
    value,
    ...(options.samples === 0 ? {} : { interval: middle(values, options.confidence), p: twoSided(values) }),
  });
  return {
    accuracy: difference(plain.accuracy, accuracy),
    macroF1: difference(plain.macroF1, macroF1),
    mcnemar: mcnemar(labels, a[0], b[0]),
  };
}

/** Two of the measures of one run, or of several in the mean. */
export interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
}

/** The differences of the mean scores, with each image counted `images[i]` times and each run as often as it is drawn. */
function scoresOf(
  contest: Contest,
  images: Uint16Array,
  a: readonly Answers[],
  b: readonly Answers[],
): Scores {
  const [ofA, ofB] = [meanScores(contest, images, a), meanScores(contest, images, b)];
  return { accuracy: ofA.accuracy - ofB.accuracy, macroF1: ofA.macroF1 - ofB.macroF1 };
}

function meanScores({ labels, classCount }: Contest, images: Uint16Array, runs: readonly Answers[]): Scores {
  let accuracy = 0;
  let macroF1 = 0;
  const counts = new Float64Array(classCount * classCount);
  for (const answers of runs) {
    counts.fill(0);
    for (let i = 0; i < labels.length; i++) {
      const cell = (labels[i] ?? 0) * classCount + (answers[i] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + (images[i] ?? 0);
    }
    const report = reportFromConfusion(counts, classCount);
    accuracy += report.accuracy / runs.length;
    macroF1 += report.macroF1 / runs.length;
  }
  return { accuracy, macroF1 };
}

/** How often each image is drawn, when as many are drawn as there are. */
function drawCounts(count: number, random: Random): Uint16Array {
  const counts = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const image = random.below(count);
    counts[image] = (counts[image] ?? 0) + 1;
  }
  return counts;
}

function drawRuns(runs: readonly Answers[], random: Random): readonly Answers[] {
  if (runs.length === 1) return runs;
  return runs.map((run) => runs[random.below(runs.length)] ?? run);
}

/** A resample at 0 counts on both sides; one is added, because what was measured is a draw itself. */
function twoSided(values: Float64Array): number {
  const below = values.filter((value) => value <= 0).length;
  const above = values.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (values.length + 1));
}

function check({ labels, a, b }: Contest): void {
  const lengths = [...a, ...b].map((run) => run.length);
  if (a.length > 0 && b.length > 0 && lengths.every((n) => n === labels.length && n > 0)) return;
  throw new FermentError(
    'BAD_ARRAY',
    `A comparison needs at least one run of each net, all on the same ${labels.length} images. Received: ${a.length} and ${b.length} runs, with ${lengths.join(', ')} answers.`,
  );
}
