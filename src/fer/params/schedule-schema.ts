import type { JSONSchema } from 'json-schema-to-ts';

/** How the learning rate moves. */
export const schedule = {
  type: 'object',
  additionalProperties: false,
  default: {},
  required: ['kind', 'factor', 'patience', 'threshold', 'minLearningRate', 'warmupEpochs'],
  properties: {
    kind: {
      enum: ['none', 'plateau', 'cosine'],
      default: 'none',
      description:
        'plateau: cut when the validation loss stalls. cosine: to minLearningRate over all epochs, after warmupEpochs.',
    },
    factor: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.5 },
    patience: {
      type: 'integer',
      minimum: 0,
      default: 3,
      description: 'Bad epochs that are tolerated; the next one cuts.',
    },
    threshold: {
      type: 'number',
      minimum: 0,
      default: 0.0001,
      description: 'Relative improvement that counts.',
    },
    minLearningRate: { type: 'number', minimum: 0, default: 0 },
    warmupEpochs: { type: 'number', minimum: 0, default: 0 },
  },
} as const satisfies JSONSchema;

export const earlyStopping = {
  type: ['integer', 'null'],
  minimum: 1,
  default: null,
  description: 'Stop after this many epochs in a row without a lower validation loss; null never stops.',
} as const;

export const keep = {
  enum: ['best-loss', 'best-macro-f1', 'last'],
  default: 'best-loss',
  description: "Which epoch's weights become the model.",
} as const;
