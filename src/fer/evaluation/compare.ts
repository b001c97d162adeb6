import { createRandom, FermentError, type Random } from '../../kit/index.ts';
import { type Interval, middle } from './bootstrap.ts';
import { type McNemar, mcnemar } from './mcnemar.ts';
import { deviationOfRuns, meanOfRuns, type Scores, scoreRun } from './run-scores.ts';

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
  /** Over other test images and, of a net with several runs, other seeds. Left out without resamples. */
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
 * Compares two nets on the same test images. Each resample draws images, the same for all runs (a paired bootstrap;
 * Efron and Tibshirani, 1993), and adds to the mean score of a net with several runs what other seeds would: their
 * standard error times a draw from Student's t with n - 1 degrees of freedom. That is the Behrens-Fisher
 * distribution of a difference of two means whose variances are unknown. Drawing runs in the place of it would make
 * intervals of two or three runs far too narrow. Throws BAD_ARRAY when a net has no run or the runs differ in length.
 */
export function compareNets(contest: Contest, options: CompareOptions): Comparison {
  check(contest);
  const { labels, a, b } = contest;
  const random = createRandom(options.seed, 'compare');
  const asTheyAre = new Uint16Array(labels.length).fill(1);
  const [scoresA, scoresB] = [scoresOf(contest, a, asTheyAre), scoresOf(contest, b, asTheyAre)];
  const [seedsA, seedsB] = [seedErrorOf(scoresA), seedErrorOf(scoresB)];
  const accuracy = new Float64Array(options.samples);
  const macroF1 = new Float64Array(options.samples);
  for (let s = 0; s < options.samples; s++) {
    const images = drawCounts(labels.length, random);
    const drawn = less(meanOfRuns(scoresOf(contest, a, images)), meanOfRuns(scoresOf(contest, b, images)));
    const [ofA, ofB] = [seedsA.draw(random), seedsB.draw(random)];
    accuracy[s] = within1(drawn.accuracy + ofA.accuracy - ofB.accuracy);
    macroF1[s] = within1(drawn.macroF1 + ofA.macroF1 - ofB.macroF1);
  }
  const difference = (value: number, values: Float64Array): Difference => ({
    value,
    ...(options.samples === 0 ? {} : { interval: middle(values, options.confidence), p: twoSided(values) }),
  });
  const plain = less(meanOfRuns(scoresA), meanOfRuns(scoresB));
  return {
    accuracy: difference(plain.accuracy, accuracy),
    macroF1: difference(plain.macroF1, macroF1),
    mcnemar: mcnemar(labels, a[0], b[0]),
  };
}

function scoresOf(
  { labels, classCount }: Contest,
  runs: readonly Answers[],
  images: Uint16Array,
): readonly Scores[] {
  return runs.map((answers) => scoreRun(labels, answers, images, classCount));
}

function less(a: Scores, b: Scores): Scores {
  return { accuracy: a.accuracy - b.accuracy, macroF1: a.macroF1 - b.macroF1 };
}

/** A difference of two shares is no larger. */
function within1(difference: number): number {
  return Math.max(-1, Math.min(1, difference));
}

/** How far the mean of other seeds may lie from that of these runs; nothing is known of it from a single run. */
function seedErrorOf(runs: readonly Scores[]): { draw(random: Random): Scores } {
  const deviation = deviationOfRuns(runs);
  if (deviation === undefined) return { draw: () => ({ accuracy: 0, macroF1: 0 }) };
  const { accuracy, macroF1 } = deviation;
  return {
    draw: (random) => {
      const t = drawStudent(runs.length - 1, random) / Math.sqrt(runs.length);
      return { accuracy: t * accuracy, macroF1: t * macroF1 };
    },
  };
}

/** From Student's t: a normal number over the root of the mean of others' squares. */
function drawStudent(degrees: number, random: Random): number {
  const normal = random.normal();
  let squares = 0;
  for (let i = 0; i < degrees; i++) squares += random.normal() ** 2;
  return normal / Math.sqrt(squares / degrees);
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
