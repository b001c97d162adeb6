import type { JSONSchema } from 'json-schema-to-ts';
import { earlyStopping, keep, schedule } from './schedule-schema.ts';

const share = { type: 'number', minimum: 0, maximum: 1 } as const;
/** A decay below 1. */
const beta = { type: 'number', minimum: 0, exclusiveMaximum: 1 } as const;
const selection = {
  type: ['string', 'null'],
  description:
    'The file that `select` wrote for this architecture, for what is "selected"; null where nothing is.',
} as const;

/** What every final training has; "selected" takes the value of the configuration that `select` chose. */
const finalTraining = {
  type: 'object',
  additionalProperties: false,
  required: [
    'selection',
    'epochs',
    'learningRate',
    'optimizer',
    'beta1',
    'beta2',
    'dropout',
    'weightDecay',
    'schedule',
    'averageDecay',
    'imageSizes',
    'earlyStopping',
    'keep',
  ],
  properties: {
    epochs: { type: 'integer', minimum: 1, default: 40, description: 'At most.' },
    optimizer: {
      enum: ['adam', 'adamw', 'sgd', 'selected'],
      default: 'selected',
      description:
        'adamw decouples the weight decay. "selected" takes the value of the configuration that `select` chose.',
    },
    learningRate: {
      anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { const: 'selected' }],
      default: 'selected',
    },
    beta1: { ...beta, default: 0.9, description: 'Of adam and adamw: decay of the first moment.' },
    beta2: { ...beta, default: 0.999, description: 'Of adam and adamw: decay of the second moment.' },
    dropout: {
      anyOf: [{ type: 'number', minimum: 0, maximum: 0.95 }, { const: 'selected' }],
      default: 'selected',
    },
    weightDecay: { anyOf: [{ type: 'number', minimum: 0 }, { const: 'selected' }], default: 'selected' },
    schedule,
    averageDecay: {
      ...beta,
      default: 0,
      description:
        'Decay per step of a running mean of the weights, which is what is validated and saved; 0 keeps none.',
    },
    imageSizes: {
      type: 'array',
      default: [],
      description:
        'Smaller images in the first epochs: `side` up to the share `until` of the epochs, one after the other; then 48. Needs interpolation bilinear and a net without a flattened map (se-resnet, mobilenetv2).',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['side', 'until'],
        properties: {
          side: { enum: [16, 24, 32, 40, 48] },
          until: share,
        },
      },
    },
    earlyStopping,
    keep,
  },
} as const satisfies JSONSchema;

/** `train`: the final trainings, one per architecture. */
export const trainSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The final trainings, one per architecture.',
  required: ['resnet', 'mobilenetv2'],
  properties: {
    resnet: {
      ...finalTraining,
      default: {},
      properties: {
        selection: { ...selection, default: 'artifacts/selection/resnet.json' },
        ...finalTraining.properties,
      },
    },
    mobilenetv2: {
      ...finalTraining,
      default: {},
      properties: {
        selection: { ...selection, default: 'artifacts/selection/mobilenetv2.json' },
        ...finalTraining.properties,
      },
    },
    'se-resnet': {
      ...finalTraining,
      description: 'Our own net, which is not swept; left out, it is not trained.',
      properties: { selection: { ...selection, default: null }, ...finalTraining.properties },
    },
  },
} as const satisfies JSONSchema;
