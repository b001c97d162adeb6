import type { Project } from '../load/index.ts';
import { isObject } from '../schema/json-schema.ts';

export type Direction = 'higher' | 'lower';

/** Which way each metric is better, from the option `direction` of its file: one word for all keys, or one per key. */
export function directionOf(project: Project): (file: string, key: string) => Direction | undefined {
  const outs = project.stages.flatMap((stage) => stage.outs);
  const declared = new Map(outs.map((out) => [out.path, out.options['direction']]));
  return (file, key) => {
    const direction = declared.get(file);
    return asDirection(isObject(direction) ? direction[key] : direction);
  };
}

function asDirection(value: unknown): Direction | undefined {
  return value === 'higher' || value === 'lower' ? value : undefined;
}
