import type { ProjectPath } from '../model.ts';
import { type Found, type KeyPath, lookUp, type Missing } from './key-path.ts';
import { holds, type SourceFile } from './source-file.ts';

/** One text that gave values: the parameter file, an overlay, or a `-S key=value`. */
export interface Layer {
  readonly source: SourceFile;
  /** Where the layer's data stand in the whole: `-S train.lr=1` holds only `1`, at train.lr. */
  readonly at: KeyPath;
}

/** A parameter file as it counts: overlays and overrides laid on, defaults filled, validated. */
export interface ParamsFile {
  readonly file: ProjectPath;
  readonly data: unknown;
  /** From the file itself to the last override. */
  readonly layers: readonly Layer[];
  /** True when it has mistakes, so that keys that are missing are none of their own. */
  readonly isBroken?: boolean;
}

/** All parameter files that the pipeline names, by path. */
export interface Params {
  /** The default parameter file, `params.yaml`, whether it exists or not. */
  readonly defaultFile: ProjectPath;
  readonly files: ReadonlyMap<ProjectPath, ParamsFile>;
  /**
   * A file as it counts now; undefined when it does not exist. A file that a stage writes is read anew each time,
   * all others as they were when the project was loaded. Throws BAD_PARAMS.
   */
  read(file: ProjectPath): ParamsFile | undefined;
  /** A file as it is on disk by now, whoever writes it. Throws BAD_PARAMS. */
  readNow(file: ProjectPath): ParamsFile | undefined;
}

/** The value of a dotted key (`train.lr`, `configs[0].name`; a parent key gives the whole sub-tree). */
export function paramValue(params: Params, file: ProjectPath, key: string): Found | Missing {
  const data = params.read(file)?.data;
  return key === '' ? { found: true, path: [], value: data } : lookUp(data, key);
}

/** The text that gave the value at a path, and the path in that text: the last layer that holds it, or its holder. */
export function originOf(file: ParamsFile, path: KeyPath): { source: SourceFile; path: KeyPath } | undefined {
  const layers = [...file.layers].reverse();
  for (let length = path.length; length >= 0; length--) {
    const holder = path.slice(0, length);
    const missing = path.slice(length);
    for (const { source, at } of layers) {
      if (startsWith(holder, at) && holds(source.data, holder.slice(at.length))) {
        return { source, path: [...holder.slice(at.length), ...missing] };
      }
    }
    // `-S trian.lr=1` makes a key `trian` that stands in no file.
    const maker = missing.length === 0 ? layers.find(({ at }) => startsWith(at, path)) : undefined;
    if (maker !== undefined) return { source: maker.source, path: [] };
  }
  return undefined;
}

function startsWith(path: KeyPath, start: KeyPath): boolean {
  return start.every((word, i) => String(path[i]) === String(word));
}
