import { isObject } from '../schema/json-schema.ts';
import { child } from './object.ts';

/** Where a value stands in a file: keys of mappings and indices of lists, from the top. */
export type KeyPath = readonly (string | number)[];

export type Found = { readonly found: true; readonly path: KeyPath; readonly value: unknown };
export type Missing = {
  readonly found: false;
  /** How far the key leads, and what is there. */
  readonly path: KeyPath;
  readonly at: unknown;
  /** The part that is not there. */
  readonly rest: string;
};

/** The words of a dotted key: `a.b[0].c` is a, b, 0, c. Undefined when it is no dotted key (`a..b`, `[x]`, ``). */
export function parseKey(key: string): KeyPath | undefined {
  const words: (string | number)[] = [];
  for (const part of key.split('.')) {
    const match = /^([^[\]]+)((?:\[\d+\])*)$/.exec(part.trim());
    if (match?.[1] === undefined) return undefined;
    words.push(match[1], ...[...(match[2] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  }
  return words;
}

/**
 * Follows a dotted key into data. A key that holds dots itself is found too: `lr.3` of `{lr.3: …}`.
 */
export function lookUp(data: unknown, key: string): Found | Missing {
  const words = parseKey(key);
  if (words === undefined) return { found: false, path: [], at: data, rest: key };
  return follow({ value: data, path: [] }, words);
}

interface At {
  readonly value: unknown;
  readonly path: KeyPath;
}

function follow(from: At, words: KeyPath): Found | Missing {
  if (words.length === 0) return { found: true, ...from };
  let deepest: Missing = { found: false, path: from.path, at: from.value, rest: formatKey(words) };
  for (const [name, used] of namesOf(words)) {
    const value = child(from.value, name);
    if (value === undefined) continue;
    const result = follow({ value, path: [...from.path, name] }, words.slice(used));
    if (result.found) return result;
    if (result.path.length > deepest.path.length) deepest = result;
  }
  return deepest;
}

/** What the first step may be, and how many words it takes: `a`, `a.b`, `a.b.c` of a.b.c. */
function* namesOf(words: KeyPath): Generator<[string | number, number]> {
  let name: string | number | undefined;
  for (const [i, word] of words.entries()) {
    if (name !== undefined && typeof word === 'number') return;
    name = name === undefined ? word : `${name}.${word}`;
    yield [name, i + 1];
  }
}

/** The dotted form of a path: a.b[0].c. */
export function formatKey(path: KeyPath): string {
  return path
    .map((word, i) => (typeof word === 'number' ? `[${word}]` : `${i === 0 ? '' : '.'}${word}`))
    .join('');
}

/** The first step of what `lookUp` did not find: `b` of `b.c`, `[5]` of `[5].c`. */
export function firstStep({ rest }: Missing): string {
  const [index] = /^\[\d+\]/.exec(rest) ?? [];
  return index ?? formatKey((parseKey(rest) ?? []).slice(0, 1));
}

/** The names that could have stood where a key was not found. */
export function namesAt(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}
