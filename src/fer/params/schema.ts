import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { augmentSchema, injectSchema, splitSchema, toRgbSchema } from './data-schema.ts';
import { downloadSchema } from './download-schema.ts';
import { compareSchema, evaluateSchema, reportSchema, tsneSchema } from './result-schema.ts';
import { KEY_PATTERN } from './shared.ts';
import { selectSchema, sweepSchema } from './sweep-schema.ts';
import { teachSchema, trainSchema } from './train-schema.ts';
import { baselineSchema, engineSchema, trainingSchema } from './training-schema.ts';

/**
 * The whole of params.yaml: one section per stage, the same word as the stage. Defaults live here and nowhere
 * else; `schemas/params.schema.json` is written from this and is what the runner validates the file with.
 */
export const paramsSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Ferment: parameters of the facial-emotion-recognition study',
  type: 'object',
  additionalProperties: false,
  required: [
    'seed',
    'engine',
    'download',
    'split',
    'inject',
    'augment',
    'to-rgb',
    'training',
    'sweep',
    'select',
    'baseline',
    'train',
    'teach',
    'models',
    'evaluate',
    'compare',
    'maps',
    'tsne',
    'report',
  ],
  properties: {
    seed: {
      type: 'integer',
      minimum: 0,
      default: 42,
      description: 'The one seed; every stage derives its own streams from it.',
    },
    engine: engineSchema,
    download: downloadSchema,
    split: splitSchema,
    inject: injectSchema,
    augment: augmentSchema,
    'to-rgb': toRgbSchema,
    training: trainingSchema,
    sweep: sweepSchema,
    select: selectSchema,
    baseline: baselineSchema,
    train: trainSchema,
    teach: teachSchema,
    models: {
      type: 'array',
      items: { type: 'string', pattern: KEY_PATTERN },
      default: ['baseline', 'resnet', 'mobilenetv2'],
      description: 'The trained models that `evaluate` measures: `baseline`, or a name in `train`.',
    },
    evaluate: evaluateSchema,
    compare: compareSchema,
    maps: {
      type: 'object',
      propertyNames: { pattern: KEY_PATTERN },
      additionalProperties: { type: 'string' },
      default: {
        pixels: 'data/processed/validation',
        baseline: 'artifacts/evaluation/baseline',
        resnet: 'artifacts/evaluation/resnet',
        mobilenetv2: 'artifacts/evaluation/mobilenetv2',
      },
      description: 'What `tsne` maps: a packed split, or what a model saw in the test images.',
    },
    tsne: tsneSchema,
    report: reportSchema,
  },
} as const satisfies JSONSchema;

/** params.yaml after defaults were filled. A stage sees the sections that it declares: `Pick<Params, 'download'>`. */
export type Params = FromSchema<typeof paramsSchema>;
