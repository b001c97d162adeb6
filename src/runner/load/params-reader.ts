import { resolve } from 'node:path';
import type { ProjectPath } from '../model.ts';
import type { ParamsFile } from './params.ts';
import { loadParamsFile, type ParamsOptions } from './params-loader.ts';
import { Workspace } from './workspace.ts';

/** Reads each parameter file once. */
export function createParamsReader(workspace: Workspace, options: ParamsOptions) {
  const files = new Map<ProjectPath, ParamsFile>();
  const missing = new Set<ProjectPath>();
  const read = (file: ProjectPath): ParamsFile | undefined => {
    if (missing.has(file)) return undefined;
    const known = files.get(file) ?? loadParamsFile(workspace, file, options);
    if (known === undefined) missing.add(file);
    else files.set(file, known);
    return known;
  };
  return { files, read };
}

/** A parameter file as it is on the disk now. Throws a DiagnosticsError. */
export function readNow(
  file: ProjectPath,
  root: string,
  cwd: string,
  options: ParamsOptions,
): ParamsFile | undefined {
  const workspace = new Workspace(root, resolve(cwd));
  const loaded = loadParamsFile(workspace, file, options);
  workspace.problems.throwIfAny();
  return loaded;
}
