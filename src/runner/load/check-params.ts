import { didYouMean } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { formatKey, type KeyPath, lookUp, namesAt, parseKey } from './key-path.ts';
import type { ParamsFile } from './params.ts';
import { projectPath } from './paths.ts';
import type { LoadedStage, PipelineFile } from './pipeline-file.ts';
import type { Problems } from './problems.ts';

type ReadParams = (file: ProjectPath) => ParamsFile | undefined;

/**
 * Every parameter that a stage declares must be there, unless a stage writes its file. Where stages were left out
 * because of other problems, one of them may write it.
 */
export function checkParams(
  problems: Problems,
  files: readonly PipelineFile[],
  read: ReadParams,
  isWritten: (file: ProjectPath) => boolean,
): void {
  const isComplete = problems.count === 0;
  const isLate = (file: ProjectPath): boolean => isWritten(file) || (!isComplete && read(file) === undefined);
  for (const { source, stages, root } of files) {
    for (const loaded of stages) {
      for (const { path, file, key } of declaredKeys(loaded, root).filter(
        (declared) => !isLate(declared.file),
      )) {
        const complaint = complaintAbout(loaded.stage.name, file, key, read);
        if (complaint === undefined) continue;
        problems.addAtPath(
          'BAD_PIPELINE',
          source,
          { path: [...loaded.path, ...path], part: 'value' },
          complaint,
        );
      }
    }
  }
}

interface DeclaredKey {
  readonly path: KeyPath;
  readonly file: ProjectPath;
  /** Undefined for the whole file. */
  readonly key: string | undefined;
}

function declaredKeys({ stage, definition }: LoadedStage, root: string): DeclaredKey[] {
  const defaultFile = projectPath(stage.wdir, 'params.yaml', root);
  return (definition.params ?? []).flatMap((item, i): DeclaredKey[] => {
    if (typeof item === 'string') return [{ path: ['params', i], file: defaultFile, key: item }];
    return Object.entries(item).flatMap(([name, keys]): DeclaredKey[] => {
      const file = projectPath(stage.wdir, name, root);
      const path = ['params', i, name];
      if (keys === null || keys.length === 0) return [{ path, file, key: undefined }];
      return keys.map((key, j) => ({ path: [...path, j], file, key }));
    });
  });
}

function complaintAbout(stage: string, file: ProjectPath, key: string | undefined, read: ReadParams) {
  const loaded = read(file);
  if (loaded === undefined) {
    const what = key === undefined ? `all of ${file}` : `the parameter '${key}' of ${file}`;
    return { message: `Stage '${stage}' declares ${what}, which does not exist.` };
  }
  if (loaded.isBroken === true) return undefined;
  const found = key === undefined ? undefined : lookUp(loaded.data, key);
  if (key === undefined || found === undefined || found.found) return undefined;
  const [name = ''] = parseKey(found.rest) ?? [];
  const near = didYouMean(String(name), namesAt(found.at));
  const holder = found.path.length === 0 ? '' : ` in '${formatKey(found.path)}'`;
  return {
    message: `Stage '${stage}' declares the parameter '${key}', but ${file} has no '${formatKey([name])}'${holder}.`,
    hint: near,
  };
}
