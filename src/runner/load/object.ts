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

/** One step down, into a mapping by key or into a list by index. */
export function child(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * `over` laid on `base`: mappings are merged key by key, everything else is replaced. An empty mapping under a key
 * replaces too: merged it would say nothing, so it must mean "none of these".
 */
export function mergeData(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(base)) {
    put(merged, key, Object.hasOwn(over, key) ? mergeValue(value, over[key]) : value);
  }
  for (const [key, value] of Object.entries(over)) if (!Object.hasOwn(base, key)) put(merged, key, value);
  return merged;
}

function mergeValue(base: unknown, over: unknown): unknown {
  return isObject(over) && Object.keys(over).length === 0 ? over : mergeData(base, over);
}
