import { isObject, type SchemaObject } from './json-schema.ts';

/**
 * What a schema expects, in words: "a whole number of at least 1, or null". The `title` of alternatives and of
 * patterns is such words already.
 */
export function describeExpected(schema: unknown): string {
  if (!isObject(schema)) return 'left out';
  const union = schema['anyOf'] ?? schema['oneOf'];
  const isNamed = union !== undefined || schema['pattern'] !== undefined;
  if (isNamed && typeof schema['title'] === 'string') return schema['title'];
  if (Array.isArray(union)) return union.map(describeExpected).join(', or ');
  if (Object.hasOwn(schema, 'const')) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) {
    return `one of ${schema['enum'].map((value) => JSON.stringify(value)).join(', ')}`;
  }
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  return types.map((type) => describeType(type, schema)).join(', or ');
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'a mapping',
};

function describeType(type: unknown, schema: SchemaObject): string {
  const word = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const limits =
    word === undefined || type === 'null' || type === 'boolean' ? [] : limitsOf(String(type), schema);
  return [word ?? 'a fitting value', ...limits].join(' ');
}

function limitsOf(type: string, schema: SchemaObject): string[] {
  const names: readonly (readonly [string, (limit: unknown) => string])[] =
    type === 'number' || type === 'integer' ? NUMBER_LIMITS : type === 'string' ? STRING_LIMITS : SIZE_LIMITS;
  const said = names.flatMap(([keyword, say]) =>
    schema[keyword] === undefined ? [] : [say(schema[keyword])],
  );
  return said.length === 0 ? [] : [said.join(' and ')];
}

const NUMBER_LIMITS: readonly (readonly [string, (limit: unknown) => string])[] = [
  ['minimum', (limit) => `of at least ${limit}`],
  ['exclusiveMinimum', (limit) => `above ${limit}`],
  ['maximum', (limit) => `of at most ${limit}`],
  ['exclusiveMaximum', (limit) => `below ${limit}`],
  ['multipleOf', (limit) => `that is a multiple of ${limit}`],
];
const STRING_LIMITS: readonly (readonly [string, (limit: unknown) => string])[] = [
  ['minLength', (limit) => (limit === 1 ? 'that is not empty' : `of at least ${limit} characters`)],
  ['maxLength', (limit) => `of at most ${limit} characters`],
  ['pattern', (pattern) => `that matches ${pattern}`],
];
const SIZE_LIMITS: readonly (readonly [string, (limit: unknown) => string])[] = [
  ['minItems', (limit) => `with at least ${limit} ${limit === 1 ? 'item' : 'items'}`],
  ['maxItems', (limit) => `with at most ${limit} items`],
  ['minProperties', (limit) => `with at least ${limit} ${limit === 1 ? 'key' : 'keys'}`],
  ['maxProperties', (limit) => `with at most ${limit} ${limit === 1 ? 'key' : 'keys'}`],
];

const MAX_SHOWN = 60;

/** What came, short enough for one line. */
export function describeReceived(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty mapping' : `a mapping of ${keys.slice(0, 5).join(', ')}`;
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
