import type { JSONSchema } from 'json-schema-to-ts';
import { STAGE_NAME } from './names.ts';
import { topLevelPlots } from './path-schema.ts';
import { entrySchema, vars } from './stage-schema.ts';

/**
 * The whole of pipeline.yaml (and of DVC's dvc.yaml). `schemas/pipeline.schema.json` is written from this for
 * editors. What a schema cannot say (cmd or module, foreach with do) is checked where stages are built.
 */
export const pipelineSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Ferment: pipeline.yaml',
  type: 'object',
  additionalProperties: false,
  properties: {
    stages: {
      type: 'object',
      title: 'a mapping of names to stages',
      propertyNames: { pattern: STAGE_NAME },
      additionalProperties: entrySchema,
      description: 'Name to stage. Letters, digits, -, _, dots.',
    },
    vars,
    params: {
      type: 'array',
      title: 'a list of files',
      items: { type: 'string', minLength: 1 },
      description: 'Parameter files to show beside those that stages declare.',
    },
    metrics: {
      type: 'array',
      title: 'a list of files',
      items: { type: 'string', minLength: 1 },
      description: 'Metrics files to show beside those that stages declare.',
    },
    plots: topLevelPlots,
    datasets: { description: 'Data sets as DVC has them; a dep ds://NAME makes one an input.' },
    artifacts: {
      type: 'object',
      title: 'a mapping of names to artifacts',
      additionalProperties: {
        type: 'object',
        title: 'a mapping',
        additionalProperties: false,
        required: ['path'],
        properties: {
          path: { type: 'string', minLength: 1 },
          type: { type: 'string' },
          desc: { type: 'string' },
          labels: { type: 'array', items: { type: 'string' } },
          meta: {},
        },
      },
      description: 'Names for results that others use.',
    },
  },
} as const satisfies JSONSchema;
