import { isObject } from '../schema/json-schema.ts';
import type { KeyPath } from './key-path.ts';

/** A path as a stage writes it, with what is said of it. */
interface RawPath {
  readonly name: string | undefined;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where it stands, under the stage. */
  readonly at: KeyPath;
}

/** The paths of a list or a named mapping, in one form. A named path that is null is left out. */
export function rawPaths(key: string, value: unknown): readonly RawPath[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, i): RawPath[] => {
      if (typeof item === 'string') return [{ name: undefined, path: item, options: {}, at: [key, i] }];
      return entriesOf(item).map(([path, options]) => ({
        name: undefined,
        path,
        options: isObject(options) ? options : {},
        at: [key, i, path],
      }));
    });
  }
  return entriesOf(value).flatMap(([name, item]): RawPath[] => {
    if (typeof item === 'string') return [{ name, path: item, options: {}, at: [key, name] }];
    if (!isObject(item) || typeof item['path'] !== 'string') return [];
    const { path, ...options } = item;
    return [{ name, path, options, at: [key, name, 'path'] }];
  });
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}
