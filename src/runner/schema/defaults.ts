import { isObject } from './json-schema.ts';

/**
 * Fills what the value leaves out with the schema's `default`s, in `properties`, `additionalProperties` and `items`,
 * also inside what was just filled (as ajv's `useDefaults` does). Returns a new value; neither input is changed.
 * Defaults in other places (anyOf, $ref) are not looked at: `hasOnlyPlainDefaults` tells.
 */
export function fillDefaults(schema: unknown, value: unknown): unknown {
  if (!isObject(schema)) return value;
  if (Array.isArray(value)) return value.map((item) => fillDefaults(schema['items'], item));
  if (!isObject(value)) return value;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const part = Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
    return [key, fillDefaults(part, item)];
  });
  for (const [key, part] of Object.entries(properties)) {
    if (Object.hasOwn(value, key) || !isObject(part) || part['default'] === undefined) continue;
    entries.push([key, fillDefaults(part, structuredClone(part['default']))]);
  }
  // fromEntries defines properties, so that a key `__proto__` stays data.
  return Object.fromEntries(entries);
}

/** False when the schema combines schemas in ways that `fillDefaults` does not follow. */
export function hasOnlyPlainDefaults(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(hasOnlyPlainDefaults);
  if (!isObject(schema)) return true;
  if (
    ['$ref', 'allOf', 'if', 'patternProperties', 'dependencies'].some((key) => Object.hasOwn(schema, key))
  ) {
    return false;
  }
  return Object.values(schema).every(hasOnlyPlainDefaults);
}

/**
 * The same schema for validators that fill no defaults, such as editors': what has a default is not required, in the
 * places where `fillDefaults` fills it.
 */
export function withoutDefaultsRequired(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const left = required.filter((key) => !hasDefault(properties[key]));
  const entries = Object.entries(schema).flatMap(([keyword, part]): [string, unknown][] => {
    if (keyword === 'required') return left.length === 0 ? [] : [[keyword, left]];
    if (keyword === 'properties') {
      const parts = Object.entries(properties).map(([key, one]) => [key, withoutDefaultsRequired(one)]);
      return [[keyword, Object.fromEntries(parts)]];
    }
    const isFilled = keyword === 'items' || keyword === 'additionalProperties';
    return [[keyword, isFilled ? withoutDefaultsRequired(part) : part]];
  });
  return Object.fromEntries(entries);
}

function hasDefault(schema: unknown): boolean {
  return isObject(schema) && schema['default'] !== undefined;
}
