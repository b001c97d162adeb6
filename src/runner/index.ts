export * from './dag/index.ts';
export * from './git/index.ts';
export * from './graph/index.ts';
export * from './load/index.ts';
export * from './lock/index.ts';
export * from './metrics/index.ts';
export type * from './model.ts';
export * from './plan/index.ts';
export { pipelineSchema } from './schema/index.ts';
