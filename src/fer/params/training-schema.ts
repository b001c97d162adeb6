import type { JSONSchema } from 'json-schema-to-ts';
import { augmentationSchema } from './augmentation-schema.ts';
import { earlyStopping, keep, schedule } from './schedule-schema.ts';
import { epochs, positive, share, trainLimit } from './shared.ts';

/** `engine`: the tensor back end. */
export const engineSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The tensor back end.',
  required: ['device', 'threads'],
  properties: {
    device: {
      enum: ['auto', 'cpu', 'cuda', 'webgpu'],
      default: 'auto',
      description:
        'auto takes CUDA where the library finds a GPU, else the CPU; webgpu takes any GPU, and needs npm run webgpu once.',
    },
    threads: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 1,
      description:
        'Processor threads of one training or evaluation, at most those of the machine. Two stages of one thread do more than one of two; another number gives other last bits.',
    },
  },
} as const satisfies JSONSchema;

/** `training`: what sweep and train share. */
export const trainingSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'What sweep and train share.',
  required: ['batchSize', 'preprocessing', 'augmentation', 'labelSmoothing', 'classWeightPower', 'precision'],
  properties: {
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 4096,
      default: 64,
      description: 'Images per step; a last partial batch is kept.',
    },
    labelSmoothing: {
      ...share,
      default: 0,
      description: 'Share of the target spread evenly over the classes.',
    },
    classWeightPower: {
      ...share,
      default: 0,
      description: 'Loss weight per class = (mean count / count) to this power; 0 is off.',
    },
    preprocessing: {
      enum: ['centered', 'standardized'],
      default: 'centered',
      description:
        'centered: 0..255 to -1..1. standardized: each image to mean 0 and standard deviation 1 (a deviation below 8 gray levels counts as 8).',
    },
    augmentation: augmentationSchema,
    precision: {
      enum: ['float32', 'bfloat16'],
      default: 'float32',
      description:
        'What the convolutions of a training multiply, forward and backward. On processors with AVX512-BF16, bfloat16 takes a sixth to a quarter of the time off a step; on others it is slower; all else, validation too, is float32.',
    },
  },
} as const satisfies JSONSchema;

/** `baseline`: VGG16 by transfer, as in the paper. */
export const baselineSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'VGG16 by transfer: all but the last block frozen.',
  required: [
    'weights',
    'epochs',
    'trainLimit',
    'batchSize',
    'learningRate',
    'dropout',
    'preprocessing',
    'augmentation',
    'schedule',
    'earlyStopping',
    'keep',
  ],
  properties: {
    weights: {
      type: ['string', 'null'],
      default: null,
      description:
        'ImageNet weights without top, a Keras .h5 or .safetensors file; null starts at random and the report says so.',
    },
    epochs: { ...epochs, default: 15 },
    trainLimit,
    batchSize: { type: 'integer', minimum: 1, default: 64 },
    learningRate: { ...positive, default: 0.001 },
    dropout: { type: 'number', minimum: 0, maximum: 0.95, default: 0.5 },
    preprocessing: {
      enum: ['caffe', 'unit'],
      default: 'caffe',
      description:
        'caffe: BGR less the ImageNet mean, what VGG16 was trained with. unit: 0..1, as the paper did.',
    },
    augmentation: {
      enum: ['none', 'flip', 'paper'],
      default: 'flip',
      description: 'paper: rotation 5, shift 20 %, shear 0.2 degrees, horizontal and vertical flips.',
    },
    schedule,
    earlyStopping,
    keep,
  },
} as const satisfies JSONSchema;
