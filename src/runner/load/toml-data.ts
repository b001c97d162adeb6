import { isObject } from '../schema/json-schema.ts';
import { store } from './floats.ts';
import { tomlLibrary } from './lazy.ts';
import { finite, wholeFrom } from './numbers.ts';
import type { TextProblem } from './yaml-data.ts';

const MAX_DEPTH = 100;

/** The data of a TOML text; dates and times are their texts. Never throws, problems are listed by offset. */
export function parseToml(text: string): {
  readonly data: unknown;
  readonly problems: readonly TextProblem[];
} {
  const { parse, TomlError } = tomlLibrary();
  try {
    return { data: dataOf(parse(text, { integersAsBigInt: true, maxDepth: MAX_DEPTH }), 0), problems: [] };
  } catch (error) {
    if (error instanceof TomlError) {
      const start = offsetOf(text, error.line, error.column);
      const [, reason = error.message] = /^Invalid TOML document: (.*)/.exec(error.message) ?? [];
      return { data: null, problems: [{ start, end: start + 1, message: `Not valid TOML: ${reason}.` }] };
    }
    if (!(error instanceof RangeError)) throw error;
    const message = `Nested more than ${MAX_DEPTH} levels deep.`;
    return { data: null, problems: [{ start: 0, end: 1, message }] };
  }
}

function dataOf(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
  if (typeof value === 'bigint') return wholeFrom(value);
  if (typeof value === 'number') return finite(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const [i, item] of value.entries()) store(list, i, dataOf(item, depth + 1));
    return list;
  }
  if (!isObject(value)) return value;
  const data: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) store(data, key, dataOf(item, depth + 1));
  return data;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let before = 1; before < line; before++) start = text.indexOf('\n', start) + 1;
  return Math.min(start + column - 1, text.length);
}
