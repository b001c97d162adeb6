import { type ModelInfo, softmaxRows } from '../models/index.ts';
import type { Params } from '../params/index.ts';
import { type ActiveUnits, tooFewUnits } from './active-units.ts';
import { type BootstrapIntervals, bootstrapIntervals, type Interval } from './bootstrap.ts';
import { type Calibration, calibration } from './calibration.ts';
import type { Canary, EncodingScores } from './canary.ts';
import {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
} from './classification-report.ts';
import { accuracyByOrigin } from './origins.ts';
import { argmaxRows, brierSum, logLoss, normaliseRows, topKAccuracy } from './probabilities.ts';
import { atTemperature, fitTemperature, type Temperature } from './temperature.ts';
import type { ShortScores, ViewMetrics } from './view-metrics.ts';

type ByClass<T> = Readonly<Record<string, T>>;

/** The intervals as they stand in the metrics, with what they mean. */
export interface IntervalMetrics {
  /** Share of the resamples inside: 0.95. */
  readonly confidence: number;
  readonly samples: number;
  readonly kind: 'plain' | 'stratified';
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly f1: ByClass<Interval>;
}

/** One encoding of the test images, with the histogram of the answers by class name. */
export type EncodingMetrics = Omit<EncodingScores, 'predicted'> & { readonly predicted: ByClass<number> };

/** What stage `evaluate` measures: the content of `reports/metrics/evaluate/<model>.json`. */
export interface EvaluationMetrics extends Omit<ClassificationReport, 'perClass'> {
  readonly model: Pick<ModelInfo, 'architecture' | 'preprocessing' | 'parameters' | 'epochs' | 'steps'> & {
    /** Multiplications with additions for one image, in one view. */
    readonly multiplyAdds: number;
  };
  readonly images: number;
  readonly top2Accuracy: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Left out when no resamples were asked for. */
  readonly intervals?: IntervalMetrics;
  readonly perClass: ByClass<ClassScores>;
  readonly calibration: Calibration;
  /** Left out where there are no validation images to fit it on. */
  readonly temperature?: Temperature;
  readonly embedding: ActiveUnits;
  /** `asIs`, then one for each quality, by its number. */
  readonly canary: Readonly<Record<string, EncodingMetrics>>;
  /** Present when the images come from more than one origin. */
  readonly origins?: Readonly<Record<string, { readonly images: number; readonly accuracy: number }>>;
  /** Present when some of the images occur in train: the scores without them. */
  readonly deduplicated?: ShortScores;
  /** Present when several views of each image were asked for. */
  readonly views?: ViewMetrics;
  /** What the canary says, and that too few units are active; empty for a sound model. */
  readonly alarms: readonly string[];
}

export interface MeasuredAnswers {
  readonly info: ModelInfo;
  readonly multiplyAdds: number;
  readonly labels: Uint8Array;
  /** float32, `[n, classes]`. */
  readonly probabilities: Float32Array;
  readonly logits: Float32Array;
  readonly validation: { readonly labels: Uint8Array; readonly logits: Float32Array };
  readonly embedding: ActiveUnits;
  readonly canary: Canary;
  /** Where each image came from, `[n]`. */
  readonly origins: readonly string[];
  readonly deduplicated?: ShortScores;
  readonly views?: ViewMetrics | undefined;
}

/**
 * Everything that is measured on a model's answers. Throws BAD_ARRAY for probabilities that are not finite.
 */
export function evaluationMetrics(
  answers: MeasuredAnswers,
  params: Params['evaluate'],
  seed: number,
): EvaluationMetrics {
  const { info, multiplyAdds, labels, embedding, canary, origins } = answers;
  const classes = info.classes;
  const classCount = classes.length;
  const p = normaliseRows(answers.probabilities, classCount);
  const predictions = argmaxRows(p, classCount);
  const { perClass, confusion, ...scores } = classificationReport(labels, predictions, classCount);
  const byClass = <T>(values: readonly T[]): ByClass<T> => nameClasses(classes, values);
  const { architecture, preprocessing, parameters, epochs, steps } = info;
  return {
    model: { architecture, preprocessing, parameters, multiplyAdds, epochs, steps },
    images: labels.length,
    ...scores,
    top2Accuracy: topKAccuracy(p, labels, classCount, 2),
    logLoss: logLoss(p, labels, classCount),
    brier: brierSum(p, labels, classCount),
    ...intervalsOf(labels, predictions, classes, params, seed),
    perClass: byClass(perClass),
    confusion,
    calibration: calibration(p, labels, predictions, { classCount, bins: params.calibrationBins }),
    ...temperatureOf(answers, predictions, params),
    embedding,
    canary: Object.fromEntries(
      [['asIs', canary.asIs] as const, ...canary.qualities].map(([name, { predicted, ...encoding }]) => [
        name,
        { ...encoding, predicted: byClass(predicted) },
      ]),
    ),
    ...originsOf(labels, predictions, origins),
    ...(answers.deduplicated === undefined ? {} : { deduplicated: answers.deduplicated }),
    ...(answers.views === undefined ? {} : { views: answers.views }),
    alarms: alarmsOf(answers),
  };
}

function alarmsOf({ info, embedding, canary }: MeasuredAnswers): readonly string[] {
  const few = tooFewUnits(embedding, info.classes.length);
  return few === undefined ? canary.alarms : [...canary.alarms, `Embedding: ${few}.`];
}

function intervalsOf(
  labels: Uint8Array,
  predictions: Uint8Array,
  classes: readonly string[],
  params: Params['evaluate'],
  seed: number,
): { readonly intervals?: IntervalMetrics } {
  const { bootstrapSamples: samples, confidence } = params;
  if (samples === 0) return {};
  const kind = 'plain';
  const { accuracy, macroF1, f1 }: BootstrapIntervals = bootstrapIntervals(
    labels,
    predictions,
    classes.length,
    { seed, samples, confidence, kind },
  );
  return { intervals: { confidence, samples, kind, accuracy, macroF1, f1: nameClasses(classes, f1) } };
}

/** The temperature that the validation images ask for, and what it is worth on the test images. */
function temperatureOf(
  { info, logits, labels, validation }: MeasuredAnswers,
  predictions: Uint8Array,
  { calibrationBins: bins }: Params['evaluate'],
): { readonly temperature?: Temperature } {
  if (validation.labels.length === 0) return {};
  const classCount = info.classes.length;
  const value = fitTemperature(validation.logits, validation.labels, classCount);
  if (value === undefined) return {};
  const p = normaliseRows(softmaxRows(atTemperature(logits, value), classCount), classCount);
  const { ece } = calibration(p, labels, predictions, { classCount, bins });
  return { temperature: { value, logLoss: logLoss(p, labels, classCount), ece } };
}

function originsOf(
  labels: Uint8Array,
  predictions: Uint8Array,
  origins: readonly string[],
): Pick<EvaluationMetrics, 'origins'> {
  const scores = accuracyByOrigin(labels, predictions, origins);
  if (scores.length < 2) return {};
  return {
    origins: Object.fromEntries(
      scores.map(({ origin, samples, accuracy }) => [origin, { images: samples, accuracy }]),
    ),
  };
}

function nameClasses<T>(classes: readonly string[], values: readonly T[]): ByClass<T> {
  return Object.fromEntries(values.map((value, c) => [classes[c] ?? String(c), value]));
}
