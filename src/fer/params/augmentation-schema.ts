import type { JSONSchema } from 'json-schema-to-ts';

const share = { type: 'number', minimum: 0, maximum: 1 } as const;
const range = { type: 'number', minimum: 0, maximum: 2, default: 0 } as const;

const erasing = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Random erasing: one box of each image set to 0 after normalisation, at a place of its own in each epoch.',
  required: ['probability', 'minSide', 'maxSide', 'until'],
  properties: {
    probability: { ...share, default: 0, description: 'Share of the images; 0 is off.' },
    minSide: {
      ...share,
      default: 0.125,
      description: "Width and height are drawn apart, as shares of the image's side, from here ...",
    },
    maxSide: { ...share, default: 0.375, description: '... to here.' },
    until: {
      ...share,
      default: 1,
      description: 'Share of the epochs after which nothing is erased any more.',
    },
  },
} as const satisfies JSONSchema;

/** `training.augmentation`: the online augmentation of sweep and train. */
export const augmentationSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: "Online augmentation, new for each epoch; the paper's values are the defaults.",
  required: [
    'flipProbability',
    'rotationDegrees',
    'shearDegrees',
    'translateFraction',
    'logScale',
    'logAspect',
    'interpolation',
    'fill',
    'logContrast',
    'brightness',
    'erasing',
  ],
  properties: {
    flipProbability: { ...share, default: 0.5 },
    rotationDegrees: {
      type: 'number',
      minimum: 0,
      maximum: 180,
      default: 5,
      description: 'Uniform in plus or minus this.',
    },
    shearDegrees: {
      type: 'number',
      minimum: 0,
      maximum: 80,
      default: 10,
      description: 'Shear along x, uniform in plus or minus this.',
    },
    translateFraction: {
      ...share,
      default: 0.2,
      description: 'Whole pixels, uniform in plus or minus this share of the side.',
    },
    logScale: {
      ...range,
      description: 'Enlarged by e^u, u uniform in plus or minus this; needs interpolation bilinear.',
    },
    logAspect: {
      ...range,
      description:
        'Width to height changed by e^u, u uniform in plus or minus this; needs interpolation bilinear.',
    },
    interpolation: {
      enum: ['nearest', 'bilinear'],
      default: 'nearest',
      description:
        'nearest: two resamplings, pixel for pixel as PIL does. bilinear: one combined resampling, also to another size.',
    },
    fill: { enum: ['black', 'edge'], default: 'black', description: 'What shows outside the image.' },
    logContrast: {
      ...range,
      description: 'After normalisation: multiplied by e^u, u uniform in plus or minus this.',
    },
    brightness: {
      ...range,
      description: 'After normalisation: u is added, uniform in plus or minus this.',
    },
    erasing,
  },
} as const satisfies JSONSchema;
