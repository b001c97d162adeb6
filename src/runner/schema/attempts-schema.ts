import type { JSONSchema } from 'json-schema-to-ts';
import { template } from './value-schema.ts';

/** How long a stage may take, and how often it is tried. No inputs: changing them reruns nothing. */

const duration = {
  title: 'a time such as 90s, 15m or 2h, or seconds',
  anyOf: [
    { type: 'number', minimum: 0 },
    { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|min|h|d)?\\s*$' },
    template,
  ],
} as const satisfies JSONSchema;

export const timeout = {
  ...duration,
  description:
    'How long one attempt may take: seconds, or 90s, 15m, 2h. Then its process group is ended and it has failed.',
} as const satisfies JSONSchema;

const count = { type: 'integer', minimum: 0, maximum: 100 } as const satisfies JSONSchema;

export const retries = {
  title: 'a whole number up to 100, or {times, delay, backoff}',
  description: 'How often an attempt that failed is followed by another one (default 0).',
  anyOf: [
    count,
    template,
    {
      type: 'object',
      required: ['times'],
      additionalProperties: false,
      properties: {
        times: {
          title: 'a whole number up to 100',
          anyOf: [count, template],
          description: 'How many more attempts.',
        },
        delay: { ...duration, description: 'How long to wait before the next attempt (default 0).' },
        backoff: {
          title: 'a number of at least 1',
          anyOf: [{ type: 'number', minimum: 1 }, template],
          description: 'By how much each delay is longer than the one before (default 1).',
        },
      },
    },
  ],
} as const satisfies JSONSchema;

export const executor = {
  title: "'local', the only executor that there is so far",
  enum: ['local'],
  description: 'Where the command runs: local.',
} as const satisfies JSONSchema;
