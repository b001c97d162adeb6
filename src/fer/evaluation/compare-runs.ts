import { basename, join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { readNpy } from '../data/index.ts';
import { CLASSES, type Params } from '../params/index.ts';
import { classificationReport } from './classification-report.ts';
import { type Answers, type Comparison, compareNets, type Scores } from './compare.ts';
import { readAnswers } from './stored-answers.ts';

/** One run of a net, and all of them together. */
export interface NetMetrics {
  /** By the name of the run, in byte order. */
  readonly runs: Readonly<Record<string, Scores>>;
  readonly mean: Scores;
  /** Standard deviation between runs, with n - 1; left out for a single run. */
  readonly deviation?: Scores;
}

/** What stage `compare` measures: the content of `reports/metrics/compare/<name>.json`. */
export interface CompareMetrics extends Comparison {
  readonly a: NetMetrics;
  readonly b: NetMetrics;
  readonly images: number;
  readonly samples: number;
  readonly confidence: number;
}

export interface CompareRunsOptions extends Pick<Params['evaluate'], 'bootstrapSamples' | 'confidence'> {
  readonly seed: number;
  /** Folders that stage `evaluate` wrote, one for each run of the first net. */
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/**
 * Compares two nets by the answers of their runs. Throws DATA_MISSING without a run of each, BAD_ARRAY for runs on
 * different images.
 */
export function compareRuns(options: CompareRunsOptions): CompareMetrics {
  const [first] = options.a;
  if (first === undefined || options.b.length === 0) {
    throw new FermentError(
      'DATA_MISSING',
      `A comparison needs the evaluation of at least one run of each net. Received: ${options.a.length} and ${options.b.length}.`,
      { hint: 'Look at `compare` in params.yaml, and whether `models` names the runs.' },
    );
  }
  const labels = readLabels(first);
  const read = (folders: readonly string[]) =>
    folders.map((folder): [string, Answers] => [basename(folder), answersOf(folder, labels, first)]);
  const [a, b] = [read(options.a), read(options.b)];
  const { seed, bootstrapSamples: samples, confidence } = options;
  const contest = { labels, a: a.map(([, run]) => run), b: b.map(([, run]) => run) };
  const compared = compareNets({ ...contest, classCount: CLASSES.length }, { seed, samples, confidence });
  return {
    a: netMetrics(a, labels),
    b: netMetrics(b, labels),
    images: labels.length,
    samples,
    confidence,
    ...compared,
  };
}

function readLabels(folder: string): Uint8Array {
  return readNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [null] }).data;
}

function answersOf(folder: string, labels: Uint8Array, first: string): Answers {
  if (!Buffer.from(readLabels(folder)).equals(labels)) {
    throw new FermentError(
      'BAD_ARRAY',
      `The runs of a comparison must answer the same images. Received: other labels in ${folder} than in ${first}.`,
      { hint: 'Evaluate all of them again: npx ferment repro evaluate' },
    );
  }
  return readAnswers(folder, labels.length);
}

function netMetrics(runs: readonly (readonly [string, Answers])[], labels: Uint8Array): NetMetrics {
  const scores = runs.map(([name, answers]) => {
    const { accuracy, macroF1 } = classificationReport(labels, answers, CLASSES.length);
    return [name, { accuracy, macroF1 }] as const;
  });
  const of = (key: keyof Scores): number[] => scores.map(([, score]) => score[key]);
  const both = (measure: (values: readonly number[]) => number): Scores => ({
    accuracy: measure(of('accuracy')),
    macroF1: measure(of('macroF1')),
  });
  return {
    runs: Object.fromEntries(scores),
    mean: both(mean),
    ...(scores.length < 2 ? {} : { deviation: both(deviation) }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
