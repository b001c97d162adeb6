import type { NamedPath, Out, ProjectPath } from '../model.ts';
import type { KeyPath } from './key-path.ts';
import { isAddress, isGlob, projectPath, reasonAgainstOut } from './paths.ts';
import { rawPaths } from './raw-paths.ts';
import type { Setting } from './stage-setting.ts';

/** The outs of one kind. */
export function buildOuts(kind: Out['kind'], value: unknown, setting: Setting): readonly Out[] {
  const unnamed = new Set<ProjectPath>();
  return rawPaths(`${kind}s`, value).flatMap(({ name, path, options, at }): Out[] => {
    const normal = writable(path, at, kind, setting);
    // DVC takes a path that a list holds twice for one.
    if (normal === undefined || (name === undefined && unnamed.has(normal))) return [];
    if (name === undefined) unnamed.add(normal);
    const { cache, persist, desc, ...rest } = options;
    return [
      {
        name,
        path: normal,
        kind,
        cache: cache !== false,
        persist: persist === true,
        desc: typeof desc === 'string' ? desc : undefined,
        options: rest,
      },
    ];
  });
}

/** The checkpoints, which are written as outs are. */
export function buildCheckpoints(value: unknown, setting: Setting): readonly NamedPath[] {
  return rawPaths('checkpoints', value).flatMap(({ name, path, at }): NamedPath[] => {
    const normal = writable(path, at, 'checkpoint', setting);
    return normal === undefined ? [] : [{ name, path: normal }];
  });
}

function writable(path: string, at: KeyPath, kind: string, setting: Setting): ProjectPath | undefined {
  const normal = projectPath(setting.wdir, path, setting.root);
  const reason = reasonAgainstWriting(path, normal);
  if (reason === undefined) return normal;
  const hint = isAddress(path)
    ? 'Write a file of the project, and let the command upload it as well.'
    : undefined;
  setting.complain(at, { message: `The ${kind} '${path}' cannot be used: ${reason}.`, hint });
  return undefined;
}

function reasonAgainstWriting(path: string, normal: ProjectPath): string | undefined {
  if (isAddress(path)) return 'addresses are not supported, only files and folders of the project';
  return isGlob(path) ? 'globs can be deps only' : reasonAgainstOut(normal);
}
