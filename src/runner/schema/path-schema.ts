import type { JSONSchema } from 'json-schema-to-ts';
import { ONE_PATH, PATH_OPTIONS } from './list-form.ts';
import { metricOptions, outOptions, plotOptions, plotProperties } from './path-options.ts';
import { flag, path } from './value-schema.ts';

/** Pieces of the pipeline schema that say what a stage reads and writes. `title` is what messages call the expected form. */

/** A path with its options in a list, as DVC writes it: `- model.bin: {cache: false}`. */
function listItem<P extends Record<string, JSONSchema>>(properties: P) {
  return {
    title: 'a path, or {path: options}',
    anyOf: [
      path,
      {
        type: 'object',
        title: ONE_PATH,
        minProperties: 1,
        additionalProperties: {
          title: PATH_OPTIONS,
          anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: false, properties }],
        },
      },
    ],
  } as const satisfies JSONSchema;
}

/** A named path: `model: artifacts/model` or `model: {path: artifacts/model, cache: false}`. */
function namedItem<P extends Record<string, JSONSchema>>(properties: P) {
  return {
    title: 'a path, or a mapping with path',
    anyOf: [
      path,
      {
        type: 'object',
        additionalProperties: false,
        required: ['path'],
        properties: { path: { ...path, description: 'The path itself.' }, ...properties },
      },
    ],
  } as const satisfies JSONSchema;
}

function paths<P extends Record<string, JSONSchema>>(properties: P, description: string) {
  return {
    title: 'a list of paths, or a mapping of names to paths',
    description,
    anyOf: [
      { type: 'array', items: listItem(properties) },
      { type: 'object', additionalProperties: namedItem(properties) },
    ],
  } as const satisfies JSONSchema;
}

export const deps = {
  title: 'a list of paths, or a mapping of names to paths',
  description:
    'What the stage reads: files, folders, globs. Named: {name: path}; a name whose path is null is left out.',
  anyOf: [
    { type: 'array', items: path },
    {
      type: 'object',
      additionalProperties: {
        title: 'a path or null',
        anyOf: [
          path,
          { type: 'null' },
          {
            type: 'object',
            additionalProperties: false,
            required: ['path'],
            properties: {
              path: { title: 'a path or null', type: ['string', 'null'], minLength: 1 },
              desc: { type: 'string' },
              optional: { ...flag, description: 'True: a pattern that may match nothing.' },
            },
          },
        ],
      },
    },
  ],
} as const satisfies JSONSchema;

export const outs = paths(
  outOptions,
  'What the stage writes: [path, {path: options}] as in DVC, or named {name: path}, {name: {path: …, cache: false}}.',
);
export const metrics = paths(metricOptions, 'Outs that hold figures (JSON, YAML, CSV).');
export const plots = paths(plotOptions, 'Outs that hold data for charts (CSV, JSON, images).');

export const checkpoints = {
  title: 'a list of paths, or a mapping of names to paths',
  description:
    'Paths that survive a failure and a kill, are handed to the next attempt with the same inputs, and are removed after success.',
  anyOf: [
    { type: 'array', items: path },
    { type: 'object', additionalProperties: path },
  ],
} as const satisfies JSONSchema;

/** Charts declared at the top of the file, beside the stages. */
export const topLevelPlots = {
  title: 'a list of plots, or a mapping of plots',
  description: 'Charts over files of the pipeline: [id, {id: {x: …, y: …}}] or {id: {x: …, y: …}}.',
  anyOf: [
    {
      type: 'array',
      items: {
        title: 'a path, or {id: options}',
        anyOf: [
          path,
          {
            type: 'object',
            minProperties: 1,
            additionalProperties: {
              title: 'a mapping of options',
              anyOf: [
                { type: 'null' },
                { type: 'object', additionalProperties: false, properties: plotProperties },
              ],
            },
          },
        ],
      },
    },
    {
      type: 'object',
      additionalProperties: {
        title: 'a mapping of options',
        anyOf: [
          { type: 'null' },
          { type: 'object', additionalProperties: false, properties: plotProperties },
        ],
      },
    },
  ],
} as const satisfies JSONSchema;
