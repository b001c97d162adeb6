export { type PackOptions, type PackReport, packSplits, type SplitName } from './pack.ts';
export type { SplitReport } from './write-split.ts';
