import type { JSONSchema } from 'json-schema-to-ts';
import { KEY_PATTERN, viewSet } from './shared.ts';

/** `evaluate`: what is measured on the untouched test split. */
export const evaluateSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'What is measured on the untouched test split.',
  required: [
    'viewSets',
    'bootstrapSamples',
    'confidence',
    'calibrationBins',
    'canaryQualities',
    'collapseShare',
  ],
  properties: {
    viewSets: {
      type: 'object',
      default: {},
      propertyNames: { pattern: '^(?!one$)[A-Za-z0-9_-]+$' },
      description:
        'Ways to look at each image several times; the one with the highest accuracy on validation, a single look among them, is measured on test beside the single look. {}: a single look.',
      additionalProperties: viewSet,
    },
    bootstrapSamples: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Resamples for the intervals; 0 leaves them out.',
    },
    confidence: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.95 },
    calibrationBins: { type: 'integer', minimum: 2, default: 15 },
    canaryQualities: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 100 },
      default: [95, 75],
      description:
        'JPEG qualities at which the test images are re-encoded to see whether the model reads the encoding instead of the face.',
    },
    collapseShare: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'Warn when one class gets more than this share of all answers.',
    },
  },
} as const satisfies JSONSchema;

/** `compare`: whether one net is better than another. */
export const compareSchema = {
  type: 'object',
  default: {
    nets: { a: 'artifacts/evaluation/resnet*', b: 'artifacts/evaluation/mobilenetv2*' },
  },
  description:
    'Name to two nets, compared on the same test images, compare@NAME. Runs of a net are evaluations whose folders `a` or `b` names, several by *.',
  propertyNames: { pattern: KEY_PATTERN },
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['a', 'b'],
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  },
} as const satisfies JSONSchema;

/** `tsne`: PCA, then t-SNE. */
export const tsneSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'PCA, then t-SNE.',
  required: [
    'points',
    'pcaComponents',
    'perplexity',
    'iterations',
    'earlyExaggeration',
    'exaggerationIterations',
    'space',
    'umap',
  ],
  properties: {
    points: {
      type: ['integer', 'null'],
      minimum: 50,
      default: null,
      description: 'Embed this many images, a stratified sample; null embeds all.',
    },
    pcaComponents: { type: 'integer', minimum: 2, default: 50 },
    perplexity: { type: 'number', exclusiveMinimum: 1, default: 30 },
    iterations: { type: 'integer', minimum: 1, default: 1000 },
    earlyExaggeration: { type: 'number', minimum: 1, default: 12 },
    exaggerationIterations: {
      type: 'integer',
      minimum: 0,
      default: 250,
      description: 'The first of them, with P times earlyExaggeration; fewer than all.',
    },
    space: {
      type: 'array',
      items: { type: 'string' },
      default: ['resnet', 'mobilenetv2'],
      description:
        'Inputs, by the key of their stage, that are mapped in three dimensions too. The paper shows these two.',
    },
    umap: {
      type: ['object', 'null'],
      additionalProperties: false,
      default: {},
      description: 'A second map of each input by UMAP; null leaves it out.',
      required: ['neighbours', 'minDistance', 'epochs'],
      properties: {
        neighbours: {
          type: 'integer',
          minimum: 2,
          default: 15,
          description: 'The point itself counts as one.',
        },
        minDistance: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0.1,
          description: 'How near points of the map may come to each other.',
        },
        epochs: {
          type: ['integer', 'null'],
          minimum: 1,
          default: null,
          description: 'null: 500 down to 200, fewer for more points.',
        },
      },
    },
  },
} as const satisfies JSONSchema;

/** `report`: what the report shows. */
export const reportSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'What the report shows.',
  required: ['title', 'samples', 'palette'],
  properties: {
    title: { type: 'string', default: 'Facial emotion recognition with compact nets' },
    samples: {
      enum: ['generated-only', 'always', 'never'],
      default: 'generated-only',
      description:
        'Whether training images are shown. Faces are people: images of a real data set stay out unless you say "always".',
    },
    palette: {
      enum: ['safe', 'paper'],
      default: 'safe',
      description:
        "Colours of figures: ours, which every reader can tell apart on white and on a dark page, or the paper's own, to be held beside its figures.",
    },
  },
} as const satisfies JSONSchema;
