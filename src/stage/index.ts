export type { Progress, StageFile, StageGraph, StageMessage } from './protocol.ts';
export { openStage, runStage, type Stage } from './stage.ts';
