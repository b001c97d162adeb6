import { posix } from 'node:path';
import { didYouMean } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { Reporter } from './expand.ts';
import { store, take } from './floats.ts';
import { formatKey, type KeyPath } from './key-path.ts';
import { mergeData } from './merge.ts';
import type { ParamsFile } from './params.ts';
import { Filler } from './template.ts';

export interface VarsContext {
  /** A parameter file as it counts, by its path in the project. */
  readonly paramsOf: (file: ProjectPath) => ParamsFile | undefined;
}

interface VarsPlace extends VarsContext {
  /** Folder to which file names are relative. */
  readonly folder: ProjectPath;
  readonly path: KeyPath;
  readonly reporter: Reporter;
  /** Files whose every key templates may name already. */
  readonly loaded: ReadonlySet<ProjectPath>;
}

/** What templates may name, and the files that were laid on it as a whole. */
interface Extended {
  readonly scope: unknown;
  readonly loaded: ReadonlySet<ProjectPath>;
}

/**
 * Adds `vars` to what templates may name: mappings as they are, files (or some of their keys). Mappings are merged; as
 * in DVC a value that is there already cannot be given again. A file that was added as a whole is not added twice.
 */
export function extendWithVars(scope: unknown, vars: unknown, place: VarsPlace): Extended {
  if (!Array.isArray(vars)) return { scope, loaded: place.loaded };
  const loaded = new Set(place.loaded);
  let extended = scope;
  for (const [i, item] of vars.entries()) {
    if (typeof item === 'string') {
      const { file, keys } = fileOf(item, place);
      if (keys === undefined && loaded.has(file)) continue;
      if (keys === undefined) loaded.add(file);
    }
    extended = extendWithItem(extended, item, [...place.path, i], place);
  }
  return { scope: extended, loaded };
}

function extendWithItem(scope: unknown, item: unknown, path: KeyPath, place: VarsPlace): unknown {
  const isFile = typeof item === 'string';
  const values = isFile
    ? fromFile(item, path, place)
    : new Filler(scope, place.reporter.onBad).fill(item, path);
  const key = firstConflict(scope, values, []);
  if (key === undefined) return mergeData(scope, values);
  place.reporter.complain(isFile ? path : [...path, ...key], {
    message: `'${formatKey(key)}' has a value already; vars can only add to what there is.`,
    hint: 'Remove it here, or there (params.yaml, an earlier item of vars, the item of a group).',
  });
  return scope;
}

/** The first value that both give; mappings may be given by both. */
function firstConflict(base: unknown, over: unknown, path: KeyPath): KeyPath | undefined {
  if (!isObject(base) || !isObject(over)) return path;
  for (const key of Object.keys(over)) {
    if (!Object.hasOwn(base, key)) continue;
    const found = firstConflict(base[key], over[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fileOf(
  item: string,
  { folder }: VarsPlace,
): { readonly file: ProjectPath; readonly keys: string | undefined } {
  const [name = '', keys] = item.split(':', 2);
  return { file: posix.normalize(posix.join(folder, name)), keys: keys === '' ? undefined : keys };
}

/** `file` or `file:key1,key2`. */
function fromFile(item: string, path: KeyPath, place: VarsPlace): Readonly<Record<string, unknown>> {
  const [name = ''] = item.split(':', 1);
  const { file, keys: list } = fileOf(item, place);
  const loaded = place.paramsOf(file);
  if (loaded === undefined) {
    place.reporter.complain(path, { message: `The file '${name}' of 'vars' does not exist.` });
    return NOTHING;
  }
  const data = isObject(loaded.data) ? loaded.data : NOTHING;
  if (list === undefined) return data;
  const chosen: Record<string, unknown> = {};
  for (const key of list.split(',').map((word) => word.trim())) {
    if (Object.hasOwn(data, key)) store(chosen, key, take(data, key));
    else {
      const hint = didYouMean(key, Object.keys(data));
      place.reporter.complain(path, { message: `'${name}' has no key '${key}'.`, hint });
    }
  }
  return chosen;
}

const NOTHING: Readonly<Record<string, unknown>> = {};
