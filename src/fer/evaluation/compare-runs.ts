import { basename, join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { readNpy } from '../data/index.ts';
import { CLASSES, type Params } from '../params/index.ts';
import { type Answers, type Comparison, compareNets, type Difference } from './compare.ts';
import { runOf } from './run-name.ts';
import { deviationOfRuns, meanOfRuns, type Scores, scoreRun } from './run-scores.ts';
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
  /** Left out where no run collapsed, or no other one is left of a net. */
  readonly withoutCollapsed?: WithoutCollapsed;
}

/** The same comparison of the other runs, where in some one class takes more than `collapseShare` of all answers. */
export interface WithoutCollapsed {
  readonly collapsed: readonly string[];
  readonly collapseShare: number;
  readonly accuracy: Difference;
  readonly macroF1: Difference;
}

export interface CompareRunsOptions
  extends Pick<Params['evaluate'], 'bootstrapSamples' | 'confidence' | 'collapseShare'> {
  readonly seed: number;
  /** Folders that stage `evaluate` wrote, one for each run of the first net. */
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/**
 * Compares two nets by the answers of their runs. Throws DATA_MISSING without a run of each, BAD_PARAMS for runs of
 * more than one net on a side, BAD_ARRAY for runs on different images.
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
  refuseOthers(options.a);
  refuseOthers(options.b);
  const labels = readLabels(first);
  const read = (folders: readonly string[]): readonly Run[] =>
    folders.map((folder) => ({ name: basename(folder), answers: answersOf(folder, labels, first) }));
  const [a, b] = [read(options.a), read(options.b)];
  const { seed, bootstrapSamples: samples, confidence, collapseShare } = options;
  const answersIn = (runs: readonly Run[]): readonly Answers[] => runs.map(({ answers }) => answers);
  const compare: Compare = (one, other) => {
    const contest = { labels, a: answersIn(one), b: answersIn(other), classCount: CLASSES.length };
    return compareNets(contest, { seed, samples, confidence });
  };
  return {
    a: netMetrics(a, labels),
    b: netMetrics(b, labels),
    images: labels.length,
    samples,
    confidence,
    ...compare(a, b),
    ...withoutCollapsed(a, b, collapseShare, compare),
  };
}

/** A pattern takes `resnet-nodrop` for a seed of `resnet`; a mean over both would be of neither. */
function refuseOthers(folders: readonly string[]): void {
  const names = folders.map((folder) => basename(folder));
  const bases = new Set(names.map((name) => runOf(name).base));
  if (bases.size === 1) return;
  throw new FermentError(
    'BAD_PARAMS',
    `The runs on one side of a comparison must be of one net: NAME, NAME-2, NAME-3. Received: ${names.join(', ')}.`,
    {
      hint: 'Write `compare.nets` so that each side matches one net, as in artifacts/evaluation/{resnet,resnet-[0-9]*}.',
    },
  );
}

interface Run {
  readonly name: string;
  readonly answers: Answers;
}

type Compare = (a: readonly Run[], b: readonly Run[]) => Comparison;

/** A seed of which nothing came decides a mean of three: what the others say is worth a line. */
function withoutCollapsed(
  a: readonly Run[],
  b: readonly Run[],
  collapseShare: number,
  compare: Compare,
): Pick<CompareMetrics, 'withoutCollapsed'> {
  const isSound = ({ answers }: Run): boolean => largestShare(answers) <= collapseShare;
  const [soundA, soundB] = [a.filter(isSound), b.filter(isSound)];
  const collapsed = [...a, ...b].filter((run) => !isSound(run)).map(({ name }) => name);
  if (collapsed.length === 0 || soundA.length === 0 || soundB.length === 0) return {};
  const { accuracy, macroF1 } = compare(soundA, soundB);
  return { withoutCollapsed: { collapsed, collapseShare, accuracy, macroF1 } };
}

/** Share of the most frequent answer. */
function largestShare(answers: Answers): number {
  const counts = new Uint32Array(CLASSES.length);
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return Math.max(...counts) / answers.length;
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

function netMetrics(runs: readonly Run[], labels: Uint8Array): NetMetrics {
  const once = new Uint16Array(labels.length).fill(1);
  const scored = runs.map(
    ({ name, answers }) => [name, scoreRun(labels, answers, once, CLASSES.length)] as const,
  );
  const scores = scored.map(([, score]) => score);
  const deviation = deviationOfRuns(scores);
  return {
    runs: Object.fromEntries(scored),
    mean: meanOfRuns(scores),
    ...(deviation === undefined ? {} : { deviation }),
  };
}
