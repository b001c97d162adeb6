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

export function decimals(value: number | undefined, digits: number): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
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

/** `resnet-2` is another run of the model `resnet`; a key that is no run of a known model has no base. */
function baseOf(key: string): { readonly base: string; readonly run: string } | undefined {
  const known = Object.keys(MODEL_NAMES).filter((name) => key === name || key.startsWith(`${name}-`));
  const [base] = known.sort((a, b) => b.length - a.length);
  return base === undefined ? undefined : { base, run: key.slice(base.length + 1) };
}

/** `resnet` is ResNet, `resnet-2` ResNet 2. */
export function modelName(key: string): string {
  const found = baseOf(key);
  return found === undefined ? key : `${MODEL_NAMES[found.base]} ${found.run}`.trimEnd();
}

/** The order in which models stand in every table: the baseline, then the paper's order, then others; runs by number. */
export function inModelOrder<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  const order = Object.keys(MODEL_NAMES);
  const rank = (key: string): number => {
    const found = baseOf(key);
    return found === undefined ? order.length : order.indexOf(found.base);
  };
  return [...entries].sort(([a], [b]) => rank(a) - rank(b));
}

/** The models in their order without further runs of one that is there, which tables list and figures leave out. */
export function firstRuns<T>(results: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return inModelOrder(results).filter(([key]) => {
    const found = baseOf(key);
    return found === undefined || found.run === '' || !results.has(found.base);
  });
}
