import { isObject } from './json-schema.ts';

/** Title of a list item that holds one path with its options; what is wrong with its form gets a hint that shows it. */
export const ONE_PATH = 'one path with its options';
/** Title of the options of a path in a list. */
export const PATH_OPTIONS = 'a mapping of options';

/**
 * The right form of an item that was written as `- {path: x, cache: false}`, or indented so that a path and its
 * options are keys of one mapping. `key` is the list's own name: outs, metrics, plots.
 */
export function listFormHint(key: string, item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  const [first] = Object.keys(item);
  const isNamed = typeof item['path'] === 'string';
  if (first === undefined) return `Such as: - model.bin: {cache: false}`;
  const path = isNamed ? String(item['path']) : first;
  const { [isNamed ? 'path' : first]: _, ...options } = item;
  const named = `${key}: {name: ${asFlow({ path, ...options })}}`;
  return `Write ${asItem(path, options)} or, with a name, ${named}`;
}

function asItem(path: string, options: unknown): string {
  return isObject(options) && Object.keys(options).length > 0 ? `- ${path}: ${asFlow(options)}` : `- ${path}`;
}

/** Short: texts other than the path, lists and mappings are left out. */
function asFlow(options: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(options).map(([name, value]) => {
    const isShort = name === 'path' || typeof value === 'boolean' || typeof value === 'number';
    return `${name}: ${isShort ? value : '…'}`;
  });
  return `{${shown.join(', ')}}`;
}
