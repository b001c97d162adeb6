import { compareBytes } from '../../kit/index.ts';
import { isObject } from '../schema/json-schema.ts';

/**
 * A value on one line, as JSON with a space after `:` and `,`: valid YAML for every reader, and JSON.parse for ours.
 * Mappings keep their order when `sorted` is false.
 */
export function renderFlow(value: unknown, sorted: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => renderFlow(item, sorted)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (sorted) entries.sort(([a], [b]) => compareBytes(a, b));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${renderFlow(item, sorted)}`).join(', ')}}`;
}

/** Words that YAML, 1.1 or 1.2, reads as something else than text. */
const NOT_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** A key as YAML text: bare where every reader takes it for text, else as a JSON string. */
export function renderKey(key: string): string {
  return /^[A-Za-z_][\w@./-]*$/.test(key) && !NOT_TEXT.test(key) ? key : JSON.stringify(key);
}
