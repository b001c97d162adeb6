export { withoutDefaultsRequired } from './defaults.ts';
export { pipelineSchema } from './pipeline-schema.ts';
