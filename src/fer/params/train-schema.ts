import type { JSONSchema } from 'json-schema-to-ts';
import { earlyStopping, keep, schedule } from './schedule-schema.ts';
import { COMPACT_ARCHITECTURES, KEY_PATTERN, share, viewSet } from './shared.ts';

/** A decay below 1. */
const beta = { type: 'number', minimum: 0, exclusiveMaximum: 1 } as const;
/** A final training; "selected" takes the value of the configuration that `select` chose. */
const finalTraining = {
  type: 'object',
  additionalProperties: false,
  required: [
    'architecture',
    'seed',
    'selection',
    'targets',
    'teachers',
    'targetShare',
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
    'mixup',
    'earlyStopping',
    'keep',
  ],
  properties: {
    architecture: { enum: COMPACT_ARCHITECTURES },
    seed: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'Of weights, order, augmentation and dropout; null takes the seed of all.',
    },
    selection: {
      type: ['string', 'null'],
      default: null,
      description:
        'The file that `select` wrote for this architecture, for what is "selected"; null where nothing is.',
    },
    targets: {
      type: ['string', 'null'],
      default: null,
      description:
        'The folder in which `teach` wrote what other nets answer; null trains on the labels alone.',
    },
    teachers: {
      type: ['string', 'null'],
      default: null,
      description:
        'The folder of a saved net, or several by a glob, that answer each image as it is seen in the step; in the place of targets.',
    },
    targetShare: {
      ...share,
      default: 0.5,
      description: 'How much of each target is what the other nets answer; the rest is the label.',
    },
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
    mixup: {
      type: 'object',
      additionalProperties: false,
      required: ['alpha', 'until'],
      default: { alpha: 0, until: 1 },
      description:
        'Each training image is mixed with another of its batch, and so is its target (Zhang et al., 2018): a share from Beta(alpha, alpha), up to the share `until` of the epochs. 0 mixes nothing.',
      properties: {
        alpha: { type: 'number', minimum: 0, default: 0 },
        until: { ...share, default: 1 },
      },
    },
    earlyStopping,
    keep,
  },
} as const satisfies JSONSchema;

/** `train`: the final trainings, each a stage of its own: train@NAME. */
export const trainSchema = {
  type: 'object',
  default: {},
  description: 'Name to final training; each is a cached stage of its own, train@NAME.',
  propertyNames: { pattern: KEY_PATTERN },
  additionalProperties: finalTraining,
} as const satisfies JSONSchema;

/** `teach`: what trained nets answer to the training images, as targets for another. */
export const teachSchema = {
  type: 'object',
  default: {},
  description:
    'Name to the nets whose mean answer to each training image becomes a target (knowledge distillation), teach@NAME.',
  propertyNames: { pattern: KEY_PATTERN },
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['models', 'views'],
    properties: {
      models: { type: 'string', description: 'The folders of their models: artifacts/models/teacher-*' },
      views: {
        ...viewSet,
        default: { flip: true },
        description: 'Ways to look at each image; the answers are averaged.',
      },
    },
  },
} as const satisfies JSONSchema;
