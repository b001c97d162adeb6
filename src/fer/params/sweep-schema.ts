import type { JSONSchema } from 'json-schema-to-ts';
import { epochs, KEY_PATTERN, PAPER_ARCHITECTURES, positive, trainLimit } from './shared.ts';

const configuration = {
  type: 'object',
  additionalProperties: false,
  required: ['architecture', 'optimizer', 'learningRate', 'dropout', 'weightDecay'],
  properties: {
    architecture: { enum: PAPER_ARCHITECTURES },
    optimizer: {
      enum: ['adam', 'adamw', 'sgd'],
      description: 'sgd has momentum 0.9; adamw is adam with decoupled weight decay.',
    },
    learningRate: positive,
    dropout: { type: 'number', minimum: 0, maximum: 0.95 },
    weightDecay: {
      type: 'number',
      minimum: 0,
      description:
        'adam, sgd: coupled, added to the gradient of every tensor, as in the paper. adamw: decoupled, not of biases and batch norms.',
    },
  },
} as const satisfies JSONSchema;

/** `sweep`: one training per configuration. */
export const sweepSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'One training per configuration.',
  required: ['epochs', 'trainLimit', 'configs'],
  properties: {
    epochs: { ...epochs, default: 15 },
    trainLimit,
    configs: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: KEY_PATTERN },
      additionalProperties: configuration,
      description: 'Name to configuration; each is a cached stage of its own, sweep@NAME.',
    },
  },
} as const satisfies JSONSchema;

/** `select`: how the winner of the sweep is chosen, on validation only. */
export const selectSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'How the winner of the sweep is chosen, on validation only.',
  required: ['metric', 'tieMargin'],
  properties: {
    metric: {
      enum: ['macroF1', 'accuracy', 'loss'],
      default: 'macroF1',
      description: "Compared at each run's kept epoch.",
    },
    tieMargin: {
      type: 'number',
      minimum: 0,
      default: 0.005,
      description: 'Runs this close are a tie; the lower validation loss wins it.',
    },
  },
} as const satisfies JSONSchema;
