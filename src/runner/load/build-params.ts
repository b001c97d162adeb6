import type { ParamDep, ProjectPath } from '../model.ts';
import type { StageSource } from '../schema/stage-schema.ts';
import { projectPath } from './paths.ts';
import type { Setting } from './stage-setting.ts';

/** One ParamDep for each file, the default file first; a file that is listed as a whole is listed without keys. */
export function buildParams(
  items: NonNullable<StageSource['params']>,
  datasets: readonly string[],
  setting: Setting,
): readonly ParamDep[] {
  const byFile = new Map<ProjectPath, Set<string> | undefined>();
  const add = (file: ProjectPath, keys: readonly string[]): void => {
    const known = byFile.get(file);
    if (keys.length === 0 || (byFile.has(file) && known === undefined)) byFile.set(file, undefined);
    else byFile.set(file, new Set([...(known ?? []), ...keys]));
  };
  for (const item of items) {
    if (typeof item === 'string') add(setting.paramsFile, [item]);
    else
      for (const [file, keys] of Object.entries(item))
        add(projectPath(setting.wdir, file, setting.root), keys ?? []);
  }
  if (datasets.length > 0) add(setting.file, datasets);
  const files = [...byFile].map(([file, keys]): ParamDep => ({ file, keys: keys && [...keys] }));
  return [
    ...files.filter(({ file }) => file === setting.paramsFile),
    ...files.filter(({ file }) => file !== setting.paramsFile),
  ];
}
