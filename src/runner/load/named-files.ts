import { posix } from 'node:path';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';

/**
 * The parameter files that a pipeline file names, under `vars` and the `params` of stages, read off data that may hold
 * any mistake. Names that templates make are left out.
 */
export function namedFiles(data: unknown, folder: ProjectPath): readonly ProjectPath[] {
  if (!isObject(data)) return [];
  const stages = isObject(data['stages']) ? Object.values(data['stages']) : [];
  const bodies = stages.flatMap((stage) => (isObject(stage) ? [stage, stage['do']] : [])).filter(isObject);
  const files = [
    ...varsIn(data, folder),
    ...bodies.flatMap((body) => {
      const { wdir } = body;
      const place = typeof wdir === 'string' ? posix.join(folder, wdir) : folder;
      return [...varsIn(body, place), ...paramsIn(body, place)];
    }),
  ];
  return [...new Set(files)].filter((file) => !file.includes('${'));
}

function varsIn({ vars }: Readonly<Record<string, unknown>>, folder: ProjectPath): ProjectPath[] {
  if (!Array.isArray(vars)) return [];
  return vars.flatMap((item: unknown) =>
    typeof item === 'string' ? posix.join(folder, item.replace(/:.*/s, '')) : [],
  );
}

function paramsIn({ params }: Readonly<Record<string, unknown>>, folder: ProjectPath): ProjectPath[] {
  if (!Array.isArray(params)) return [];
  return params.flatMap((item: unknown) =>
    isObject(item) ? Object.keys(item).map((file) => posix.join(folder, file)) : [],
  );
}
