import type { Project } from '../load/index.ts';
import { foldersAbove } from '../load/paths.ts';
import { isObject } from '../schema/json-schema.ts';

export type Direction = 'higher' | 'lower';

/** Which way each metric is better, from the option `direction` of its file: one word for all keys, or one per key. */
export function directionOf(project: Project): (file: string, key: string) => Direction | undefined {
  const outs = project.stages.flatMap((stage) => stage.outs);
  const declared = new Map(outs.map((out) => [out.path, out.options['direction']]));
  return (file, key) => {
    // Of a folder of metrics it holds for each file in it.
    const out = [file, ...foldersAbove(file)].find((path) => declared.has(path)) ?? file;
    const direction = declared.get(out);
    return asDirection(isObject(direction) ? direction[key] : direction);
  };
}

function asDirection(value: unknown): Direction | undefined {
  return value === 'higher' || value === 'lower' ? value : undefined;
}
