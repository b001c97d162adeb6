export { type ActiveUnits, activeUnits, tooFewUnits } from './active-units.ts';
export {
  type BootstrapIntervals,
  type BootstrapOptions,
  bootstrapIntervals,
  type Interval,
} from './bootstrap.ts';
export { type Calibration, calibration, type ReliabilityBin } from './calibration.ts';
export { type Canary, type CanaryOptions, type EncodingScores, jpegCanary } from './canary.ts';
export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
} from './classification-report.ts';
export type { Comparison, Difference } from './compare.ts';
export {
  type CompareMetrics,
  type CompareRunsOptions,
  compareRuns,
  type NetMetrics,
} from './compare-runs.ts';
export {
  type EvaluationContext,
  type EvaluationPlaces,
  type EvaluationRecord,
  evaluateModel,
} from './evaluate-model.ts';
export {
  type EncodingMetrics,
  type EvaluationMetrics,
  evaluationMetrics,
  type IntervalMetrics,
  type MeasuredAnswers,
} from './metrics.ts';
export { accuracyByOrigin, type OriginScores } from './origins.ts';
export { argmaxRows, brierSum, logLoss, normaliseRows, topKAccuracy } from './probabilities.ts';
export { runOf } from './run-name.ts';
export type { Candidate, ShortScores, ViewMetrics, ViewScores } from './view-metrics.ts';
