export { pipelineSchema } from './pipeline-schema.ts';
