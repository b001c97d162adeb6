export type { EpochRecord, SplitScores } from './loop/history.ts';
export type { TrainingProgress } from './loop/meter.ts';
export { type BaselineTraining, trainBaseline } from './runs/baseline.ts';
export { type CompactTraining, sweepTraining, trainCompactNet } from './runs/compact-net.ts';
export type { TrainingContext, TrainingPlaces } from './runs/run-training.ts';
export type { TrainingMetrics, TrainingRecord, TrainingRun } from './runs/summary.ts';
export { finalTraining } from './select/final-training.ts';
export { type Selection, selectConfigurations } from './select/select.ts';
