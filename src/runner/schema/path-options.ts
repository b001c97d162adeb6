import type { JSONSchema } from 'json-schema-to-ts';
import { flag } from './value-schema.ts';

/** What an out may say beside its path. The first two change what the runner does; the rest is kept as given. */
export const outOptions = {
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

/** What a metric may say beside its path. */
export const metricOptions = {
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

/** How a plot is drawn. */
export const plotProperties = {
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
