import { isObject } from '../schema/json-schema.ts';

/** A metric or parameter value at a dotted key. */
export type Scalar = string | number | boolean | null;

/**
 * The values of nested data by dotted key, in the order of the file. A list is one value, written as JSON: a table of
 * numbers (a confusion matrix) would otherwise bury the metrics under its cells. An empty mapping has no value.
 */
export function flatten(value: unknown): Map<string, Scalar> {
  const leaves = new Map<string, Scalar>();
  const walk = (node: unknown, key: string): void => {
    if (isObject(node)) {
      for (const [name, child] of Object.entries(node)) walk(child, key === '' ? name : `${key}.${name}`);
      return;
    }
    if (node !== undefined) leaves.set(key, asScalar(node));
  };
  walk(value, '');
  return leaves;
}

/** A value for one cell: scalars as they are, anything else as JSON. */
export function asScalar(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
