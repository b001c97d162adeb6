import { compareBytes } from './text.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with keys sorted by bytes and no white space: equal values give equal bytes. The form of everything
 * that is hashed. Numbers print as JavaScript prints them, `-0` as `0`.
 * Throws a TypeError on what JSON cannot hold (undefined in a list, functions, NaN, infinities).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`No JSON for the number ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return jsonOfObject(value as Readonly<Record<string, unknown>>);
  throw new TypeError(`No JSON for a ${typeof value}`);
}

/** A loop, and no lists of pairs: fingerprints are made of thousands of small objects. */
function jsonOfObject(value: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of Object.keys(value).sort(compareBytes)) {
    const item = value[key];
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

/** JSON for people: two spaces, keys as they come, a line break at the end. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
