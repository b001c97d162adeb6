export { type GcOptions, type GcPlan, type GcResult, gc } from './gc.ts';
export type { SpareResult } from './plan.ts';
export { SPARE_KINDS, type SpareFile } from './spare-files.ts';
