import { compareBytes } from '../../../kit/index.ts';
import { type EvaluationMetrics, runOf } from '../../evaluation/index.ts';

/** A share as per cent with one decimal: 0.5736 is `57.4`. Missing ones are a dash. */
export function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? '–' : (100 * share).toFixed(1);
}

/** Accuracy and macro-F1 of the paper, in per cent already: `57.4 / 50.3`. */
export function paperPair(
  scores: { readonly accuracy: number; readonly macroF1: number } | undefined,
): string {
  return scores === undefined ? '–' : `${scores.accuracy.toFixed(1)} / ${scores.macroF1.toFixed(1)}`;
}

/** A share with its interval, `**57.4** (55.1–59.6)`, in per cent. */
export function withInterval(
  share: number,
  range: { readonly low: number; readonly high: number } | undefined,
): string {
  if (range === undefined) return percent(share);
  return `**${percent(share)}** (${percent(range.low)}–${percent(range.high)})`;
}

/** A confidence as its per cent with what digits it has: 0.95 is `95 %`, 0.995 `99.5 %`, never 100 for less than all. */
export function confidencePercent(confidence: number): string {
  return `${Number((100 * confidence).toPrecision(12))} %`;
}

/** A difference of shares in points of a per cent, `+1.2` or `−0.3`: tiny ones are told from none, which has no sign. */
export function points(change: number): string {
  return `${change === 0 ? '' : change < 0 ? '−' : '+'}${percent(Math.abs(change))}`;
}

export function decimals(value: number | undefined, digits: number): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** As the paper counts: learnable tensors, and for VGG16, as Keras does, the moving statistics of its head too. */
export function countOf({ architecture, parameters }: EvaluationMetrics['model']): number {
  return parameters.learnable + (architecture === 'vgg16' ? parameters.moving : 0);
}

/** The names of models as they are written. */
const MODEL_NAMES: Readonly<Record<string, string>> = {
  baseline: 'VGG16 baseline',
  resnet: 'ResNet',
  mobilenetv2: 'MobileNetV2',
  'se-resnet': 'SE-ResNet',
  'se-resnet-wide': 'SE-ResNet wide',
  'se-resnet-deep': 'SE-ResNet deep',
  pixels: 'raw pixels',
};

/** `resnet` is ResNet, `resnet-2` ResNet 2; a name that the study does not know stays as it is. */
export function modelName(key: string): string {
  if (MODEL_NAMES[key] !== undefined) return MODEL_NAMES[key];
  const { base, run } = runOf(key);
  return MODEL_NAMES[base] === undefined ? key : `${MODEL_NAMES[base]} ${run}`;
}

/** The order in which models stand in every table: the baseline, then the paper's order, then others; runs by number. */
export function inModelOrder<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  const order = Object.keys(MODEL_NAMES);
  const rank = ({ base }: { base: string }): number =>
    order.includes(base) ? order.indexOf(base) : order.length;
  return [...entries].sort(([a], [b]) => {
    const [one, other] = [runOf(a), runOf(b)];
    return rank(one) - rank(other) || compareBytes(one.base, other.base) || one.run - other.run;
  });
}

/** The models in their order without further runs of one that is there, which tables list and figures leave out. */
export function firstRuns<T>(results: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return inModelOrder(results).filter(([key]) => {
    const { base } = runOf(key);
    return base === key || !results.has(base);
  });
}
