import type { JSONSchema } from 'json-schema-to-ts';
import { ONE_PATH, PATH_OPTIONS } from './list-form.ts';

/** Pieces of the pipeline schema that say what a stage reads and writes. `title` is what messages call the expected form. */

/** A value that may be given as a template where its own type is no string. */
export const template = {
  type: 'string',
  pattern: '\\$\\{',
  title: `a template \${…}`,
} as const satisfies JSONSchema;

export const flag = {
  title: 'true or false',
  anyOf: [{ type: 'boolean' }, template],
} as const satisfies JSONSchema;

const path = { type: 'string', minLength: 1, title: 'a path' } as const satisfies JSONSchema;

/** What an out may say beside its path. The first two change what the runner does; the rest is kept as given. */
const outOptions = {
  cache: {
    ...flag,
    description: 'False: tracked by git instead of the store (default true).',
  },
  persist: { ...flag, description: 'True: not removed before the stage runs (default false).' },
  desc: { type: 'string', description: 'What it is, for people.' },
  remote: { type: 'string', description: 'Name of the remote that it belongs to (DVC).' },
  push: { ...flag, description: 'False: not pushed (DVC).' },
  checkpoint: { ...flag, description: 'Without effect, as in DVC 3; see checkpoints of the stage.' },
  type: { type: 'string', description: 'Free text (DVC).' },
  labels: { type: 'array', items: { type: 'string' }, description: 'Free labels (DVC).' },
  meta: { description: 'Anything; the runner does not look at it.' },
  headline: {
    title: 'true, or a list of dotted keys',
    anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }],
    description:
      'True: repro names the path at its end. A list of keys of a metrics file: repro prints them in a table.',
  },
} as const satisfies Record<string, JSONSchema>;

const metricOptions = {
  ...outOptions,
  direction: {
    title: "'higher', 'lower', or a mapping of dotted keys to them",
    anyOf: [
      { enum: ['higher', 'lower'] },
      { type: 'object', additionalProperties: { enum: ['higher', 'lower'] } },
    ],
    description: 'Which direction is better, for metrics diff.',
  },
} as const satisfies Record<string, JSONSchema>;

const axis = {
  title: 'a field name, a list of them, or a mapping of files to them',
  anyOf: [{ type: 'string' }, { type: 'array' }, { type: 'object' }],
} as const satisfies JSONSchema;

const plotProperties = {
  x: { ...axis, description: 'Field of the horizontal axis.' },
  y: { ...axis, description: 'Field or fields of the vertical axis.' },
  x_label: { type: 'string' },
  y_label: { type: 'string' },
  title: { type: 'string' },
  template: { type: 'string', description: 'Name of the chart template (linear, scatter, confusion, …).' },
  header: { ...flag, description: 'False: the CSV has no header line.' },
} as const satisfies Record<string, JSONSchema>;

/** What a plot may say beside its path. */
export const plotOptions = { ...outOptions, ...plotProperties } as const satisfies Record<string, JSONSchema>;

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
