import { canonicalJson } from '../../kit/index.ts';
import { hasType, isObject, isSchema, type SchemaObject } from './json-schema.ts';

/**
 * A quick yes. True only when the value certainly fits the schema; false when it does not, or when the schema says
 * something that this function does not know. After false ajv decides and explains: loading and compiling it costs
 * more than the rest of loading a pipeline. A property test holds the two together.
 */
export function accepts(schema: unknown, value: unknown): boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isObject(schema)) return false;
  return Object.keys(schema).every((keyword) => {
    const check = Object.hasOwn(CHECKS, keyword) ? CHECKS[keyword] : undefined;
    return check?.(value, schema[keyword], schema) ?? false;
  });
}

type Check = (value: unknown, argument: unknown, schema: SchemaObject) => boolean;

const anything: Check = () => true;

function ifNumber(check: (value: number, limit: number) => boolean): Check {
  return (value, limit) => typeof value !== 'number' || (typeof limit === 'number' && check(value, limit));
}

function ifString(check: (value: string, argument: unknown) => boolean): Check {
  return (value, argument) => typeof value !== 'string' || check(value, argument);
}

function ifArray(check: (value: readonly unknown[], argument: unknown) => boolean): Check {
  return (value, argument) => !Array.isArray(value) || check(value, argument);
}

function ifObject(
  check: (value: Readonly<Record<string, unknown>>, argument: unknown, schema: SchemaObject) => boolean,
): Check {
  return (value, argument, schema) => !isObject(value) || check(value, argument, schema);
}

function atLeast(count: number, limit: unknown): boolean {
  return typeof limit === 'number' && count >= limit;
}

function atMost(count: number, limit: unknown): boolean {
  return typeof limit === 'number' && count <= limit;
}

const CHECKS: Readonly<Record<string, Check>> = {
  $schema: anything,
  $id: anything,
  title: anything,
  description: anything,
  default: anything,
  examples: anything,
  type: (value, types) =>
    (Array.isArray(types) ? types : [types]).some((type) => typeof type === 'string' && hasType(value, type)),
  enum: (value, values) => Array.isArray(values) && values.some((candidate) => isEqual(candidate, value)),
  const: (value, only) => isEqual(only, value),
  anyOf: (value, schemas) => Array.isArray(schemas) && schemas.some((schema) => accepts(schema, value)),
  allOf: (value, schemas) => Array.isArray(schemas) && schemas.every((schema) => accepts(schema, value)),
  minimum: ifNumber((value, limit) => value >= limit),
  maximum: ifNumber((value, limit) => value <= limit),
  exclusiveMinimum: ifNumber((value, limit) => value > limit),
  exclusiveMaximum: ifNumber((value, limit) => value < limit),
  // Lengths count code points in JSON Schema; units are never fewer, so a lower limit of 1 is the only safe one.
  minLength: ifString((value, limit) => (limit === 0 || limit === 1) && value.length >= limit),
  pattern: ifString((value, pattern) => typeof pattern === 'string' && new RegExp(pattern, 'u').test(value)),
  items: ifArray((value, schema) => isSchema(schema) && value.every((item) => accepts(schema, item))),
  minItems: ifArray((value, limit) => atLeast(value.length, limit)),
  maxItems: ifArray((value, limit) => atMost(value.length, limit)),
  minProperties: ifObject((value, limit) => atLeast(Object.keys(value).length, limit)),
  maxProperties: ifObject((value, limit) => atMost(Object.keys(value).length, limit)),
  required: ifObject(
    (value, names) =>
      Array.isArray(names) && names.every((name) => typeof name === 'string' && Object.hasOwn(value, name)),
  ),
  propertyNames: ifObject((value, schema) => Object.keys(value).every((name) => accepts(schema, name))),
  properties: ifObject(
    (value, schemas) =>
      isObject(schemas) &&
      Object.entries(schemas).every(
        ([name, schema]) => !Object.hasOwn(value, name) || accepts(schema, value[name]),
      ),
  ),
  additionalProperties: ifObject((value, rest, schema) => {
    if (schema['patternProperties'] !== undefined) return false;
    const known = isObject(schema['properties']) ? schema['properties'] : {};
    return Object.entries(value).every(([name, item]) => Object.hasOwn(known, name) || accepts(rest, item));
  }),
};

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
