import type { JSONSchema } from 'json-schema-to-ts';
import { optionalPath } from './shared.ts';

/** `download`: where the data set comes from. */
export const downloadSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Where the data set comes from.',
  required: ['source', 'path', 'url', 'sha256', 'kaggle', 'generated'],
  properties: {
    source: {
      enum: ['generated', 'zip', 'folder', 'csv', 'url', 'kaggle'],
      default: 'generated',
      description:
        'generated: drawn faces, no download. zip, folder, csv: `path`. url: `url` and `sha256`. kaggle: `kaggle`.',
    },
    path: {
      ...optionalPath,
      description: 'File or folder for zip, folder and csv, relative to the project or absolute.',
    },
    url: { ...optionalPath, description: 'Address of a zip or csv for source url.' },
    sha256: {
      type: ['string', 'null'],
      pattern: '^[0-9a-fA-F]{64}$',
      default: null,
      description: 'SHA-256 of the file that url, zip or csv must have; required for url.',
    },
    kaggle: {
      type: 'object',
      additionalProperties: false,
      default: {},
      required: ['dataset', 'tokenFile'],
      properties: {
        dataset: {
          type: 'string',
          pattern: '^[^/]+/[^/]+$',
          default: 'msambare/fer2013',
          description: 'owner/name on Kaggle.',
        },
        tokenFile: {
          type: 'string',
          default: '~/.kaggle/kaggle.json',
          description: 'The API token file, as Kaggle hands it out.',
        },
      },
    },
    generated: {
      type: 'object',
      additionalProperties: false,
      default: {},
      required: ['train', 'validation', 'test', 'difficulty'],
      properties: {
        train: {
          type: 'integer',
          minimum: 70,
          default: 2400,
          description: 'Training images to draw, shared out over the classes as in FER2013.',
        },
        validation: {
          type: 'integer',
          minimum: 70,
          default: 500,
          description: 'Validation images to draw (named PublicTest, as in FER2013).',
        },
        test: {
          type: 'integer',
          minimum: 70,
          default: 700,
          description: 'Test images to draw (named PrivateTest).',
        },
        difficulty: {
          type: 'number',
          minimum: 0,
          maximum: 2,
          default: 1,
          description: 'Scales pose, noise, occlusion and how much expressions overlap; 0 is clean.',
        },
      },
    },
  },
} as const satisfies JSONSchema;
