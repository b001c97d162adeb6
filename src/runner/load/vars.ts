import { posix } from 'node:path';
import { didYouMean } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { Reporter } from './expand.ts';
import { store, take } from './floats.ts';
import type { KeyPath } from './key-path.ts';
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
}

/** Lays `vars` on what templates may name: mappings as they are, files (or some of their keys); later ones win. */
export function extendWithVars(scope: unknown, vars: unknown, place: VarsPlace): unknown {
  if (!Array.isArray(vars)) return scope;
  return vars.reduce((before: unknown, item: unknown, i) => {
    const path = [...place.path, i];
    if (typeof item === 'string') return mergeData(before, fromFile(item, path, place));
    return mergeData(before, new Filler(before, place.reporter.onBad).fill(item, path));
  }, scope);
}

/** `file` or `file:key1,key2`. */
function fromFile(item: string, path: KeyPath, place: VarsPlace): Readonly<Record<string, unknown>> {
  const [name = '', list] = item.split(':', 2);
  const file = posix.normalize(posix.join(place.folder, name));
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
