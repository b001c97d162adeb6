export type { Decision, OnEvent, RunEvent, StageResult, Summary } from './events.ts';
export type { Progress } from './protocol.ts';
export { type ReproOptions, repro } from './repro.ts';
export { type RunRecord, readRunRecords, type StageRecord } from './run-record.ts';
export { STATE_FOLDER } from './state-paths.ts';
