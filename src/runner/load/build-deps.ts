import { resolve } from 'node:path';
import type { Dep, ProjectPath } from '../model.ts';
import { datasetKey, datasetName } from './datasets.ts';
import { isAddress, isGlob, projectPath } from './paths.ts';
import { rawPaths } from './raw-paths.ts';
import type { Setting } from './stage-setting.ts';

/** The deps, without data sets, which are parameters, and without addresses, which are warned of. */
export function buildDeps(value: unknown, setting: Setting): readonly Dep[] {
  return rawPaths('deps', value).flatMap(({ name, path, options, at }): Dep[] => {
    if (datasetName(path) !== undefined) return [];
    if (isAddress(path)) {
      const what = `Stage '${setting.name}' depends on ${path}`;
      setting.warn(`${what}: addresses are not looked at, so nothing reruns when what is there changes.`);
      return [];
    }
    const normal = projectPath(setting.wdir, path, setting.root);
    const reason = reasonAgainstDep(path, normal);
    if (reason !== undefined) {
      setting.complain(at, { message: `The dep '${path}' cannot be used: ${reason}.` });
      return [];
    }
    // A file that is called like a pattern is meant itself, as in DVC.
    const glob = isGlob(path) && !setting.isThere(resolve(setting.root, normal));
    const optional = options['optional'] === true;
    if (optional && !glob) {
      const message = `The dep '${path}' cannot be optional: only a pattern may match nothing.`;
      setting.complain(at, { message, hint: 'Drop optional, or set the path to null where there is none.' });
    }
    return [{ name, path: normal, glob, optional }];
  });
}

/** The data sets that deps name, by their places in the pipeline file. */
export function datasetKeys(deps: unknown, setting: Setting): readonly string[] {
  return rawPaths('deps', deps).flatMap(({ path, at }): string[] => {
    const name = datasetName(path);
    if (name === undefined) return [];
    const key = datasetKey(name, setting.datasets);
    if (typeof key === 'string') return [key];
    setting.complain(at, key);
    return [];
  });
}

function reasonAgainstDep(path: string, normal: ProjectPath): string | undefined {
  if (path.includes('\0')) return 'it holds a NUL character';
  if (normal === '.') return 'it is the whole project, with everything that stages write';
  if (/^\.(git|ferment|dvc)(\/|$)/.test(normal)) return `it is inside ${normal.split('/')[0]}`;
  return undefined;
}
