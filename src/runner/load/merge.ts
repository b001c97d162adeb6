import { isObject } from '../schema/json-schema.ts';
import { store, take } from './floats.ts';

/**
 * `over` laid on `base`: mappings are merged key by key, everything else is replaced. An empty mapping under a key
 * replaces too: merged it would say nothing, so it must mean "none of these".
 */
export function mergeData(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(base)) {
    const isOver = Object.hasOwn(over, key);
    const isMerged = isOver && isObject(value) && isObject(over[key]) && Object.keys(over[key]).length > 0;
    store(merged, key, isMerged ? mergeData(value, over[key]) : take(isOver ? over : base, key));
  }
  for (const key of Object.keys(over)) if (!Object.hasOwn(base, key)) store(merged, key, take(over, key));
  return merged;
}
