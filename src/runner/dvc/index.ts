export { type ImportOptions, importDvc } from './import.ts';
export type { DataReport, ImportReport, StageReport } from './report.ts';
