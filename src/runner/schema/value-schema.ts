import type { JSONSchema } from 'json-schema-to-ts';

/** Values that many pieces of the pipeline schema share. `title` is what messages call the expected form. */

/** A value that may be given as a template where its own type is no string. */
export const template = {
  type: 'string',
  pattern: '\\$\\{',
  title: `a template \${…}`,
} as const satisfies JSONSchema;

/** A switch. */
export const flag = {
  title: 'true or false',
  anyOf: [{ type: 'boolean' }, template],
} as const satisfies JSONSchema;

/** A path that is not empty. */
export const path = { type: 'string', minLength: 1, title: 'a path' } as const satisfies JSONSchema;
