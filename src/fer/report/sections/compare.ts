import { formatCount } from '../../../kit/index.ts';
import type { CompareMetrics, Difference, NetMetrics } from '../../evaluation/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import type { Results } from '../results.ts';
import { decimals, modelName, percent } from './format.ts';

/** Which of two nets is better, in a sentence, and the runs that it rests on. */
export function compareSection(results: Results): Block[] {
  return [...results.compare.values()].flatMap((compared) => {
    const [a, b] = [nameOf(compared.a), nameOf(compared.b)];
    const hasSpread = (compared.a.deviation ?? compared.b.deviation) !== undefined;
    const spread = hasSpread ? '; "±" is the standard deviation between seeds' : '';
    return [
      heading(2, `Is ${a} better than ${b}?`),
      paragraph(`${verdict(compared, a, b)} ${basis(compared)}`),
      ...collapses(compared, a, b),
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

function collapses({ withoutCollapsed }: CompareMetrics, a: string, b: string): Block[] {
  if (withoutCollapsed === undefined) return [];
  const { collapsed, collapseShare } = withoutCollapsed;
  const names = collapsed.map(modelName).join(' and ');
  return [
    paragraph(
      `${names} collapsed: one class gets more than ${percent(collapseShare)} % of the answers. Without ${collapsed.length === 1 ? 'this run' : 'these runs'}: ${lowerFirst(verdict(withoutCollapsed, a, b))}`,
    ),
  ];
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** A net is named after its first run. */
function nameOf({ runs }: NetMetrics): string {
  return modelName(Object.keys(runs)[0] ?? '–');
}

function verdict(
  { accuracy, macroF1 }: Pick<CompareMetrics, 'accuracy' | 'macroF1'>,
  a: string,
  b: string,
): string {
  const measures = [
    { name: 'accuracy', of: accuracy, side: sideOf(accuracy) },
    { name: 'macro-F1', of: macroF1, side: sideOf(macroF1) },
  ];
  const [first = 0, second = 0] = measures.map(({ side }) => side);
  const details = measures
    .map(({ name, of }) => `${signed(of.value)} points of ${name}${rangeOf(of)}`)
    .join(' and ');
  if (first === 0 && second === 0) return `It cannot be told: the difference is ${details}.`;
  if (first === second) return `${first > 0 ? 'Yes' : `No, ${b} is`}: the difference is ${details}.`;
  if (first * second < 0) return `That depends on the measure: the difference is ${details}.`;
  const [told, open] = first === 0 ? ['macro-F1', 'accuracy'] : ['accuracy', 'macro-F1'];
  return `In ${told} ${first + second > 0 ? a : b} is better; in ${open} it cannot be told: the difference is ${details}.`;
}

/** 1 where the whole interval is above 0, -1 where it is below, else 0. */
function sideOf({ interval }: Difference): number {
  if (interval === undefined) return 0;
  return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0;
}

function rangeOf({ interval, p }: Difference): string {
  if (interval === undefined) return '';
  return ` (${signed(interval.low)} to ${signed(interval.high)}, p = ${decimals(p, 3)})`;
}

/** A share in percentage points, with its sign. */
function signed(share: number): string {
  const points = percent(Math.abs(share));
  return `${points === '0.0' ? '' : share < 0 ? '−' : '+'}${points}`;
}

function basis({ a, b, samples, confidence }: CompareMetrics): string {
  const counts = [a, b].map(({ runs }) => Object.keys(runs).length);
  const intervals = `The ${Math.round(100 * confidence)} % intervals are of ${formatCount(samples)} resamples of the test images, the same for both nets`;
  if (samples === 0) return 'No resamples were asked for, so that nothing says how far chance goes.';
  if (counts.every((count) => count === 1))
    return `${intervals}. Each net was trained once: they say nothing about other seeds.`;
  return `${intervals}, and of the seeds: ${counts.join(' and ')} runs.`;
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
  return [['difference', signed(accuracy.value), signed(macroF1.value)]];
}

function mcnemar({ mcnemar: { onlyA, onlyB, p } }: CompareMetrics, a: string, b: string): string {
  return `Of the first run of each, ${a} alone is right on ${formatCount(onlyA)} images and ${b} alone on ${formatCount(onlyB)} (McNemar's exact test: p ${p < 0.001 ? 'below 0.001' : `= ${decimals(p, 3)}`}).`;
}
