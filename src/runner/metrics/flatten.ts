/** A metric or parameter value at a dotted key. */
export type Scalar = string | number | boolean | null;

/**
 * The leaves of nested data by dotted key, in the order of the file. Lists are leaves' parents too, with the index
 * as key (`confusion.0.3`). An empty list or mapping has no leaf.
 */
export function flatten(value: unknown): Map<string, Scalar> {
  const leaves = new Map<string, Scalar>();
  const walk = (node: unknown, key: string): void => {
    if (node !== null && typeof node === 'object') {
      for (const [name, child] of Object.entries(node)) walk(child, key === '' ? name : `${key}.${name}`);
      return;
    }
    if (node === null || typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') {
      leaves.set(key, node);
    }
  };
  walk(value, '');
  return leaves;
}
