import { isObject } from '../schema/json-schema.ts';

/** A parameter with its dotted key: mappings are taken apart, lists and scalars are values. */
export type Leaf = readonly [key: string, value: unknown];

/**
 * The leaves under a declared key; the empty one is the whole file. Dots in names are escaped and an empty name is `\e`,
 * so that no two trees have the same leaves; an empty mapping is a leaf.
 */
export function* leavesOf(value: unknown, prefix: string): Generator<Leaf> {
  if (!isObject(value) || Object.keys(value).length === 0) {
    yield [prefix, value];
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    const escaped = escapeName(name);
    yield* leavesOf(item, prefix === '' ? escaped : `${prefix}.${escaped}`);
  }
}

/** A name as a part of a dotted key that no other names give. */
export function escapeName(name: string): string {
  return name === '' ? '\\e' : name.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
}

/** All leaves of one parameter file's declared keys; a leaf that is declared twice is there once. */
export function leavesOfKeys(keys: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(keys).flatMap(([key, value]) => [...leavesOf(value, key)]));
}
