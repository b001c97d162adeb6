import { isObject } from '../schema/json-schema.ts';

/** Values as YAML and JSON files hold them. Keys such as `__proto__` are ordinary keys: read with Object.hasOwn. */
export type Data = Readonly<Record<string, unknown>>;

/** Sets a key as data, also where the name means something to JavaScript. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Where an item stands in a list; `-1` is the last one. */
export function indexIn(list: readonly unknown[], key: string | number): number {
  const index = Number(key);
  return index < 0 ? list.length + index : index;
}

/** One step down, into a mapping by key or into a list by index. */
export function child(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[indexIn(value, key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
