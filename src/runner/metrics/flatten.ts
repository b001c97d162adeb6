import { escapeName } from '../plan/leaves.ts';
import { isObject } from '../schema/json-schema.ts';

/** A metric or parameter value at a dotted key. */
export type Scalar = string | number | boolean | null;

/**
 * The values of nested data by dotted key, in the order of the file. A list is one value, written as JSON: a table of
 * numbers (a confusion matrix) would otherwise bury the metrics under its cells. An empty mapping has no value. Where
 * `{"a.b": 3, "a": {"b": 4}}` give one key to two values, dots in names are escaped: `a\.b` and `a.b`.
 */
export function flatten(value: unknown): Map<string, Scalar> {
  const leaves: Leaf[] = [];
  collect(value, [], leaves);
  const counts = new Map<string, number>();
  for (const { key } of leaves) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map(
    leaves.map(({ key, names, value: leaf }) => [counts.get(key) === 1 ? key : escapedKey(names), leaf]),
  );
}

interface Leaf {
  readonly key: string;
  readonly names: readonly string[];
  readonly value: Scalar;
}

function collect(node: unknown, names: readonly string[], leaves: Leaf[]): void {
  if (isObject(node)) {
    for (const [name, child] of Object.entries(node)) collect(child, [...names, name], leaves);
  } else if (node !== undefined) {
    // A name that is empty adds nothing in front.
    const key = names.reduce((before, name) => (before === '' ? name : `${before}.${name}`), '');
    leaves.push({ key, names, value: asScalar(node) });
  }
}

/** As `status` writes the keys of parameters. */
function escapedKey(names: readonly string[]): string {
  return names.map(escapeName).join('.');
}

/** A value for one cell: scalars as they are, anything else as JSON. */
export function asScalar(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
