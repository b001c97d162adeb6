import { createRandom, type Random } from '../../kit/index.ts';
import { confusionCounts, reportFromConfusion } from './classification-report.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Number of resamples. */
  readonly samples: number;
  /** Share of the resamples inside the interval: 0.95. */
  readonly confidence: number;
  /**
   * `plain` draws from all samples, so the class mix varies too: what another test set of this size might give.
   * `stratified` draws within each class: the class mix is taken as fixed.
   */
  readonly kind: 'plain' | 'stratified';
}

/** Percentile intervals (Efron 1979) of measures that follow from the answers. */
export interface BootstrapIntervals {
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  /** F1, in the order of the classes. */
  readonly f1: readonly Interval[];
}

/**
 * Draws as many samples as there are, with replacement, `samples` times, and takes the middle `confidence` of each
 * measure (quantiles interpolated linearly). It says how far the measure would move with another draw of test
 * images; not how far with another training. Throws BAD_ARRAY as `classificationReport` does.
 */
export function bootstrapIntervals(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
  options: BootstrapOptions,
): BootstrapIntervals {
  // The measures see no more of a sample than its cell in the confusion table: that is what is resampled.
  const counts = confusionCounts(labels, predictions, classCount);
  const random = createRandom(options.seed, 'bootstrap', options.kind);
  const strata = strataOf(counts, options.kind === 'plain' ? counts.length : classCount);
  const accuracy = new Float64Array(options.samples);
  const macroF1 = new Float64Array(options.samples);
  const f1 = Array.from({ length: classCount }, () => new Float64Array(options.samples));
  const drawn = new Float64Array(counts.length);
  for (let s = 0; s < options.samples; s++) {
    drawn.fill(0);
    for (const stratum of strata) drawInto(drawn, stratum, random);
    const report = reportFromConfusion(drawn, classCount);
    accuracy[s] = report.accuracy;
    macroF1[s] = report.macroF1;
    report.perClass.forEach((scores, c) => {
      const column = f1[c];
      if (column !== undefined) column[s] = scores.f1;
    });
  }
  const interval = (values: Float64Array): Interval => middle(values, options.confidence);
  return { accuracy: interval(accuracy), macroF1: interval(macroF1), f1: f1.map(interval) };
}

/** The cell of every sample, in strata of `width` consecutive cells; empty strata are left out. */
function strataOf(counts: Float64Array, width: number): Uint16Array[] {
  const strata: Uint16Array[] = [];
  for (let start = 0; start < counts.length; start += width) {
    const cells: number[] = [];
    for (let cell = start; cell < start + width; cell++) {
      for (let k = 0; k < (counts[cell] ?? 0); k++) cells.push(cell);
    }
    if (cells.length > 0) strata.push(Uint16Array.from(cells));
  }
  return strata;
}

function drawInto(drawn: Float64Array, stratum: Uint16Array, random: Random): void {
  for (let i = 0; i < stratum.length; i++) {
    const cell = stratum[random.below(stratum.length)] ?? 0;
    drawn[cell] = (drawn[cell] ?? 0) + 1;
  }
}

/** The middle `confidence` of some values, between linear quantiles. */
export function middle(values: Float64Array, confidence: number): Interval {
  const sorted = values.slice().sort();
  return { low: quantile(sorted, (1 - confidence) / 2), high: quantile(sorted, (1 + confidence) / 2) };
}

/** The q-quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan, numpy's default). */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
