import type { ValidateFunction } from 'ajv';
import { messageOf } from '../../kit/index.ts';
import { accepts } from './accepts.ts';
import { fillDefaults, hasOnlyPlainDefaults } from './defaults.ts';
import { explain, type SchemaProblem } from './explain.ts';
import { isObject } from './json-schema.ts';
import { ajvLibrary } from './lazy.ts';

/** The schema itself is not one. */
export class BadSchema extends Error {}

/** Everything that is wrong with a value, one problem for each mistake; empty when it fits. */
export function validate(schema: unknown, value: unknown): readonly SchemaProblem[] {
  if (accepts(schema, value)) return [];
  return explain(compile(schema, false), value);
}

/** Fills defaults and validates. Throws BadSchema when the schema is none. */
export function validateWithDefaults(
  schema: unknown,
  value: unknown,
): { readonly value: unknown; readonly problems: readonly SchemaProblem[] } {
  if (hasOnlyPlainDefaults(schema)) {
    const filled = fillDefaults(schema, value);
    return { value: filled, problems: validate(schema, filled) };
  }
  const filled = structuredClone(value);
  return { value: filled, problems: explain(compile(schema, true), filled) };
}

/** By schema: validators that fill defaults, and those that do not. */
const filling = new WeakMap<object, ValidateFunction>();
const checking = new WeakMap<object, ValidateFunction>();

/** Compiling takes a hundred times as long as checking: a schema is compiled once. */
function compile(schema: unknown, useDefaults: boolean): ValidateFunction {
  if (!isObject(schema)) return compileAnew(schema, useDefaults);
  const compiled = useDefaults ? filling : checking;
  const known = compiled.get(schema) ?? compileAnew(schema, useDefaults);
  compiled.set(schema, known);
  return known;
}

function compileAnew(schema: unknown, useDefaults: boolean): ValidateFunction {
  const { Ajv } = ajvLibrary();
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    // Draft 2019 and later name a meta schema that this class does not know; the keywords are the same.
    validateSchema: false,
    ownProperties: true,
    useDefaults,
    logger: false,
  });
  try {
    const { $schema: _, ...rest } = isObject(schema) ? schema : { not: {} };
    return ajv.compile(typeof schema === 'boolean' ? schema : rest);
  } catch (error) {
    throw new BadSchema(messageOf(error), { cause: error });
  }
}
