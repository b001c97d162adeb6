export type { Decision, OnEvent, RunEvent, StageResult, Summary } from './events.ts';
export type { Progress } from './protocol.ts';
export { type ReproOptions, repro } from './repro.ts';
