import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { executor, retries, timeout } from './attempts-schema.ts';
import { checkpoints, deps, metrics, outs, plots } from './path-schema.ts';
import { flag, template } from './value-schema.ts';

const command = { type: 'string', minLength: 1, title: 'a command line' } as const satisfies JSONSchema;

export const vars = {
  type: 'array',
  title: 'a list',
  description: 'Values for templates: files (params.json, params.json:key1,key2) or mappings.',
  items: {
    title: 'a file name or a mapping',
    anyOf: [{ type: 'string', minLength: 1 }, { type: 'object' }],
  },
} as const satisfies JSONSchema;

const params = {
  type: 'array',
  title: 'a list',
  description:
    'Parameters that are inputs: keys of the default parameter file (train.lr), or {file: [keys]}; {file: null} is the whole file.',
  items: {
    title: 'a key, or {file: [keys]}',
    anyOf: [
      { type: 'string', minLength: 1 },
      {
        type: 'object',
        minProperties: 1,
        additionalProperties: {
          title: 'a list of keys, or null for the whole file',
          anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'string', minLength: 1 } }],
        },
      },
    ],
  },
} as const satisfies JSONSchema;

const resources = {
  type: 'object',
  title: 'a mapping of cpus, gpus, memory',
  description: 'Slots that the scheduler keeps for the stage; no input, changing them reruns nothing.',
  additionalProperties: false,
  properties: {
    cpus: {
      title: 'a whole number of at least 1',
      anyOf: [{ type: 'integer', minimum: 1 }, template],
      description: 'CPU slots (default 1).',
    },
    gpus: {
      title: 'a whole number of at least 0',
      anyOf: [{ type: 'integer', minimum: 0 }, template],
      description: 'GPU slots (default 0); ignored on a machine without a GPU.',
    },
    memory: {
      title: 'a size such as 4GB, or bytes',
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*([kKMGT]i?)?B?\\s*$' },
        template,
      ],
      description: 'Main memory that the stage needs: 512MB, 4GB, 1.5GiB, or bytes.',
    },
  },
} as const satisfies JSONSchema;

/** The keys of one stage's definition: what `do` holds, and what a plain stage is. */
const stageProperties = {
  desc: { type: 'string', description: 'What the stage does, for people; shown in lists and graphs.' },
  cmd: {
    title: 'a command line or a list of them',
    anyOf: [command, { type: 'array', minItems: 1, items: command }],
    description:
      'The command, run by the shell in wdir. A list runs one after the other and stops at the first failure.',
  },
  module: {
    type: 'string',
    minLength: 1,
    description:
      'Instead of cmd: a TypeScript or JavaScript program that Ferment bundles, runs and fingerprints.',
  },
  wdir: {
    type: 'string',
    minLength: 1,
    description: 'Folder in which the stage runs and to which its paths are relative, relative to this file.',
  },
  deps,
  outs,
  metrics,
  plots,
  params,
  env: {
    type: 'array',
    title: 'a list of names',
    items: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      title: 'the name of an environment variable',
    },
    description:
      'Environment variables that are inputs. Never name a secret here: values are written to the lock.',
  },
  vars,
  resources,
  timeout,
  retries,
  executor,
  checkpoints,
  frozen: { ...flag, description: 'True: never run, taken as it is.' },
  always_changed: { ...flag, description: 'True: never fresh, runs each time.' },
  graph: {
    ...flag,
    description: "True: the program is given the pipeline's graph, which is then an input.",
  },
  meta: { description: 'Anything; the runner does not look at it.' },
} as const satisfies Record<string, JSONSchema>;

/** One stage after its templates were filled. */
export const stageSchema = {
  type: 'object',
  title: 'a mapping',
  additionalProperties: false,
  properties: stageProperties,
} as const satisfies JSONSchema;

/** One entry of `stages`: a stage, a `matrix` stage, or `foreach` with `do`. */
export const entrySchema = {
  type: 'object',
  title: 'a mapping',
  additionalProperties: false,
  properties: {
    ...stageProperties,
    foreach: {
      title: 'a list, a mapping or a template',
      anyOf: [template, { type: 'array' }, { type: 'object' }],
      description: `One stage per item: NAME@ITEM of a list, NAME@KEY of a mapping. \${item} and \${key} are in do.`,
    },
    do: { ...stageSchema, description: 'The stage that foreach repeats.' },
    matrix: {
      type: 'object',
      title: 'a mapping of lists',
      minProperties: 1,
      additionalProperties: {
        title: 'a list or a template',
        anyOf: [template, { type: 'array' }],
      },
      description: `One stage per combination: NAME@A-B. \${item.VARIABLE} and \${key} are in the stage.`,
    },
  },
} as const satisfies JSONSchema;

/** A stage's definition as validated; what templates may still be in it is filled. */
export type StageSource = FromSchema<typeof stageSchema>;
