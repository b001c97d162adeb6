import { formatCount, plural } from '../../../kit/index.ts';
import type { CompareMetrics, Difference, NetMetrics } from '../../evaluation/index.ts';
import type { TrainingMetrics } from '../../training/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import type { Results } from '../results.ts';
import { confidencePercent, decimals, modelName, percent, points } from './format.ts';

/** Which of two nets is better, in a sentence, and the runs that it rests on. */
export function compareSection(results: Results): Block[] {
  return [...results.compare.values()].flatMap((compared) => {
    const pair = pairOf(compared);
    const { a, b } = pair;
    const hasSpread = (compared.a.deviation ?? compared.b.deviation) !== undefined;
    const spread = hasSpread ? '; "±" is the standard deviation between seeds' : '';
    return [
      heading(2, `Is ${a} better than ${b}?`),
      paragraph(`${verdict(compared, pair)} ${basis(compared, pair)}`),
      ...unlike(results, compared),
      ...collapses(compared),
      {
        kind: 'table',
        caption: `Scores of each run on the same ${formatCount(compared.images)} test images, in per cent${spread}.`,
        rows: [
          ['run', 'accuracy', 'macro-F1'],
          ...runRows(compared.a, a),
          ...runRows(compared.b, b),
          ...difference(compared),
        ],
        right: [1, 2],
      } as const,
      paragraph(mcnemar(compared, a, b)),
    ];
  });
}

/** Two nets are compared as they were trained: what differs beside the net and the seed is a part of the answer. */
function unlike(results: Results, { a, b }: CompareMetrics): Block[] {
  const trained = [a, b].map(({ runs }) =>
    Object.keys(runs).flatMap((run) => results.training.get(run)?.metrics ?? []),
  );
  if (trained.some((runs) => runs.length === 0)) return [];
  const differing = TRAINED_WITH.flatMap(([name, of]) => {
    const values = trained.map((runs) => [...new Set(runs.map(of))]);
    // The runs of one net may differ too.
    return new Set(values.flat()).size === 1
      ? []
      : [`${name} ${values.map((each) => each.join(' or ')).join(' and ')}`];
  });
  if (differing.length === 0) return [];
  const list = differing.join(', ');
  return [paragraph(`The question is put to nets as they were trained, which was not alike: ${list}.`)];
}

const TRAINED_WITH: readonly (readonly [string, (metrics: TrainingMetrics) => string | number])[] = [
  ['training images', ({ images }) => formatCount(images.train)],
  ['epochs', ({ epochs }) => epochs],
  ['batch size', ({ batchSize }) => batchSize],
  ['optimizer', ({ optimizer }) => optimizer],
  ['learning rate', ({ learningRate }) => learningRate],
  ['dropout', ({ dropout }) => dropout],
  ['weight decay', ({ weightDecay }) => weightDecay],
];

function collapses(compared: CompareMetrics): Block[] {
  const { withoutCollapsed } = compared;
  if (withoutCollapsed === undefined) return [];
  const { collapsed, collapseShare } = withoutCollapsed;
  const pair = pairOf(compared, collapsed);
  const names = collapsed.map(modelName).join(' and ');
  const others = collapsed.length === 1 ? 'this run' : 'these runs';
  const answer = lowerFirst(verdict(withoutCollapsed, pair));
  return [
    paragraph(
      `${names} collapsed: one class gets more than ${percent(collapseShare)} % of the answers. Without ${others}, in ${pair.runs.join(' and ')}: ${answer}`,
    ),
  ];
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** A net is named after its first run; some may not count. */
function pairOf({ a, b }: CompareMetrics, without: readonly string[] = []): Pair {
  const nameOf = ({ runs }: NetMetrics): string => modelName(Object.keys(runs)[0] ?? '–');
  const countOf = ({ runs }: NetMetrics): number =>
    Object.keys(runs).filter((run) => !without.includes(run)).length;
  return { a: nameOf(a), b: nameOf(b), runs: [countOf(a), countOf(b)] };
}

/** Two nets and how many runs there are of each. */
interface Pair {
  readonly a: string;
  readonly b: string;
  readonly runs: readonly [number, number];
}

function verdict(
  { accuracy, macroF1 }: Pick<CompareMetrics, 'accuracy' | 'macroF1'>,
  { a, b, runs }: Pair,
): string {
  const measures = [
    { name: 'accuracy', of: accuracy, side: sideOf(accuracy) },
    { name: 'macro-F1', of: macroF1, side: sideOf(macroF1) },
  ];
  const [first = 0, second = 0] = measures.map(({ side }) => side);
  const details = measures
    .map(({ name, of }) => `${points(of.value)} points of ${name}${rangeOf(of)}`)
    .join(' and ');
  const answer = (text: string): string =>
    // Other seeds may turn round what a single run says.
    `${Math.min(...runs) > 1 ? text : `In these runs, ${lowerFirst(text)}`}: the difference is ${details}.`;
  if (first === 0 && second === 0) return `It cannot be told: the difference is ${details}.`;
  if (first === second) return answer(first > 0 ? 'Yes' : `No, ${b} is`);
  if (first * second < 0) return answer('That depends on the measure');
  const [told, open] = first === 0 ? ['macro-F1', 'accuracy'] : ['accuracy', 'macro-F1'];
  const better = `${first + second > 0 ? a : b} is better in ${told}; in ${open} it cannot be told`;
  return answer(better);
}

/** 1 where the whole interval is above 0, -1 where it is below, else 0. */
function sideOf({ interval }: Difference): number {
  if (interval === undefined) return 0;
  return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0;
}

function rangeOf({ interval, p }: Difference): string {
  if (interval === undefined) return '';
  return ` (${points(interval.low)} to ${points(interval.high)}, ${pValue(p)})`;
}

function pValue(p: number | undefined): string {
  return p !== undefined && p < 0.001 ? 'p below 0.001' : `p = ${decimals(p, 3)}`;
}

function basis({ samples, confidence }: CompareMetrics, { a, b, runs: [ofA, ofB] }: Pair): string {
  if (samples === 0) return 'No resamples were asked for, so that nothing says how far chance goes.';
  const images = `The ${confidencePercent(confidence)} intervals are of ${formatCount(samples)} resamples of the test images, the same for both nets`;
  if (ofA === 1 && ofB === 1)
    return `${images}. Each net was trained once: they say nothing about other seeds.`;
  const seeds = "by Student's t for the spread between them";
  if (ofA !== 1 && ofB !== 1) return `${images}, and of the seeds: ${ofA} and ${ofB} runs, ${seeds}.`;
  const [many, once, count] = ofB === 1 ? [a, b, ofA] : [b, a, ofB];
  return `${images}, and of the seeds of ${many}: ${count} runs, ${seeds}. ${once} was trained once: they say nothing about its other seeds.`;
}

function runRows({ runs, mean, deviation }: NetMetrics, name: string): string[][] {
  const rows = Object.entries(runs).map(([run, { accuracy, macroF1 }]) => [
    modelName(run),
    percent(accuracy),
    percent(macroF1),
  ]);
  if (deviation === undefined) return rows;
  const cell = (key: 'accuracy' | 'macroF1') => `**${percent(mean[key])}** ± ${percent(deviation[key])}`;
  return [...rows, [`${name}, mean of ${rows.length}`, cell('accuracy'), cell('macroF1')]];
}

function difference({ accuracy, macroF1 }: CompareMetrics): string[][] {
  return [['difference', points(accuracy.value), points(macroF1.value)]];
}

function mcnemar({ mcnemar: { onlyA, onlyB, p } }: CompareMetrics, a: string, b: string): string {
  return `Of the first run of each, ${a} alone is right on ${plural(onlyA, 'image')} and ${b} alone on ${formatCount(onlyB)} (McNemar's exact test: ${pValue(p)}).`;
}
