import type { JSONSchema } from 'json-schema-to-ts';

/** The seven classes in the order of their labels 0 to 6: alphabetical, as folders are listed. */
export const CLASSES = ['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'] as const;
export type ClassName = (typeof CLASSES)[number];

/** Names of stages' keys, which become parts of paths. */
export const KEY_PATTERN = '^[A-Za-z0-9_-]+$';

export const positive = { type: 'number', exclusiveMinimum: 0 } as const;
export const share = { type: 'number', minimum: 0, maximum: 1 } as const;
export const epochs = { type: 'integer', minimum: 1 } as const;
export const trainLimit = {
  type: ['integer', 'null'],
  minimum: 70,
  default: null,
  description: 'Use this many training images, a stratified sample; null uses all.',
} as const;

/** A file or folder, or none. */
export const optionalPath = { type: ['string', 'null'], default: null } as const;

const count = { type: 'integer', minimum: 0 } as const;

/** A count for some of the classes. */
export const countPerClass = {
  type: 'object',
  additionalProperties: false,
  properties: {
    angry: count,
    disgust: count,
    fear: count,
    happy: count,
    neutral: count,
    sad: count,
    surprise: count,
  },
} as const satisfies JSONSchema;

/** The two compact nets of the paper. */
export const PAPER_ARCHITECTURES = ['resnet', 'mobilenetv2'] as const;
export type PaperArchitecture = (typeof PAPER_ARCHITECTURES)[number];
/**
 * The compact nets that a final training may have: the paper's two, which are swept, and the study's own in two widths.
 */
export const COMPACT_ARCHITECTURES = [
  ...PAPER_ARCHITECTURES,
  'se-resnet',
  'se-resnet-wide',
  'se-resnet-deep',
] as const;
export type CompactArchitecture = (typeof COMPACT_ARCHITECTURES)[number];
/** Everything that can be evaluated. */
export const ARCHITECTURES = [...COMPACT_ARCHITECTURES, 'vgg16'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** A set of ways to look at one image: all combinations. */
export const viewSet = {
  type: 'object',
  additionalProperties: false,
  properties: {
    flip: { type: 'boolean', description: 'Each view also mirrored; false by default.' },
    scales: {
      type: 'array',
      minItems: 1,
      items: { type: 'number', minimum: 0.5, maximum: 2 },
      description: 'Enlargements; [1] by default.',
    },
    shiftPixels: {
      type: 'integer',
      minimum: 0,
      maximum: 12,
      description: 'Each view also moved by this to each of the four sides; 0, the default, moves none.',
    },
  },
} as const satisfies JSONSchema;
