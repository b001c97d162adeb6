import type { JSONSchema } from 'json-schema-to-ts';
import { countPerClass, optionalPath } from './shared.ts';

/** `split`: which image may be used for what. Decided before anything is injected or augmented. */
export const splitSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Which image may be used for what.',
  required: ['protocol', 'validationFraction'],
  properties: {
    protocol: {
      enum: ['honest', 'paper'],
      default: 'honest',
      description:
        'honest: PublicTest validates, PrivateTest tests; where names say neither, a stratified part of train validates. paper: all test files are both validation and test, as the paper did.',
    },
    validationFraction: {
      type: 'number',
      minimum: 0.01,
      maximum: 0.5,
      default: 0.1,
      description: 'Share of train held out where the data name no validation part.',
    },
  },
} as const satisfies JSONSchema;

/** `inject`: topping up chosen classes of the training part from a second source. */
export const injectSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Tops up chosen classes of the training part from a second source.',
  required: ['source', 'path', 'targets', 'minFaceSize', 'nearDuplicateBits'],
  properties: {
    source: {
      enum: ['none', 'generated', 'folder', 'zip', 'affectnet'],
      default: 'generated',
      description:
        'folder, zip: class folders at `path`. affectnet: its annotation CSV with label codes beside its images. generated: drawn by a second hand, for the default data.',
    },
    path: { ...optionalPath, description: 'Folder or archive of the second source.' },
    targets: {
      ...countPerClass,
      default: { angry: 340, disgust: 140, surprise: 340 },
      description: 'Training images per class after injection; classes left out are not touched.',
    },
    minFaceSize: {
      type: 'integer',
      minimum: 1,
      default: 24,
      description: 'Source images with a shorter side below this many pixels are refused and counted.',
    },
    nearDuplicateBits: {
      type: ['integer', 'null'],
      minimum: 0,
      maximum: 24,
      default: 6,
      description:
        'Source images whose perceptual hash differs from that of a validation or test image in at most this many of its 63 bits are refused and counted; null takes them. Drawn faces resemble one another too much for it.',
    },
  },
} as const satisfies JSONSchema;

/** `augment`: offline augmentation of minority classes. The paper's ranges are the defaults. */
export const augmentSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Offline augmentation of minority classes of the training part.',
  required: [
    'targets',
    'rotationDegrees',
    'shiftFraction',
    'zoomFraction',
    'flipProbability',
    'stretchContrast',
  ],
  properties: {
    targets: {
      ...countPerClass,
      default: { disgust: 375 },
      description: 'Training images per class after augmentation.',
    },
    rotationDegrees: {
      type: 'number',
      minimum: 0,
      maximum: 180,
      default: 15,
      description: 'Rotation, uniform in plus or minus this many degrees.',
    },
    shiftFraction: {
      type: 'number',
      minimum: 0,
      maximum: 0.5,
      default: 0.1,
      description: 'Shift in x and y, uniform in plus or minus this share of the side, sub-pixel.',
    },
    zoomFraction: {
      type: 'number',
      minimum: 0,
      maximum: 0.9,
      default: 0.1,
      description: 'Zoom in x and y drawn apart, uniform in 1 plus or minus this.',
    },
    flipProbability: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'Probability of a horizontal flip, after the affine step.',
    },
    stretchContrast: {
      type: 'boolean',
      default: false,
      description:
        'Stretch each new image to 0..255 as the paper did by accident: a signature that gives the class away.',
    },
  },
} as const satisfies JSONSchema;

/** `to-rgb`: packing gray images into RGB arrays. */
export const toRgbSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Packs gray images into uint8 RGB arrays.',
  required: ['jpegQuality', 'dropTestDuplicates', 'dropBlank'],
  properties: {
    jpegQuality: {
      type: 'object',
      additionalProperties: false,
      default: {},
      required: ['train', 'validation', 'test'],
      description:
        'Re-encode JPEG sources of a split at this quality, as the paper did (75) by accident; null keeps the pixels.',
      properties: {
        train: { type: ['integer', 'null'], minimum: 1, maximum: 100, default: null },
        validation: { type: ['integer', 'null'], minimum: 1, maximum: 100, default: null },
        test: { type: ['integer', 'null'], minimum: 1, maximum: 100, default: null },
      },
    },
    dropTestDuplicates: {
      type: 'boolean',
      default: true,
      description: 'Drop training images whose pixels occur in validation or test.',
    },
    dropBlank: {
      type: 'boolean',
      default: true,
      description: 'Drop training images of (nearly) one gray level.',
    },
  },
} as const satisfies JSONSchema;
