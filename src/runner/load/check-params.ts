import { type Diagnostic, didYouMean } from '../../kit/index.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { firstStep, formatKey, type KeyPath, lookUp, namesAt } from './key-path.ts';
import type { ParamsFile } from './params.ts';
import { projectPath } from './paths.ts';
import type { LoadedStage, PipelineFile } from './pipeline-file.ts';
import { Problems } from './problems.ts';
import { diagnosticAt, rangeOf } from './source-file.ts';

type ReadParams = (file: ProjectPath) => ParamsFile | undefined;

/**
 * The parameters that stages declare and that are not there, by stage, unless a stage writes their file. Such a stage
 * cannot run; the others can, as in DVC.
 */
export function findMissingParams(
  files: readonly PipelineFile[],
  read: ReadParams,
  isWritten: (file: ProjectPath) => boolean,
): MissingParams {
  const missing = new Map<StageName, Diagnostic[]>();
  for (const { source, stages, root } of files) {
    for (const loaded of stages) {
      const found = declaredKeys(loaded, root).flatMap(({ path, file, key }): Diagnostic[] => {
        const complaint = isWritten(file) ? undefined : complaintAbout(loaded.stage.name, file, key, read);
        if (complaint === undefined) return [];
        return [diagnosticAt(source, rangeOf(source, [...loaded.path, ...path], 'value'), complaint)];
      });
      if (found.length > 0) missing.set(loaded.stage.name, found);
    }
  }
  return missing;
}

/** What is wrong with the parameters of stages that cannot run. */
export type MissingParams = ReadonlyMap<StageName, readonly Diagnostic[]>;

/** Throws BAD_PIPELINE with every parameter that these stages declare and that is not there. */
export function refuseMissingParams(missing: MissingParams, stages: readonly StageName[]): void {
  const problems = new Problems();
  for (const diagnostic of stages.flatMap((name) => missing.get(name) ?? []))
    problems.add('BAD_PIPELINE', diagnostic);
  problems.throwIfAny();
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
  const name = firstStep(found);
  const near = didYouMean(name, namesAt(found.at));
  const holder = found.path.length === 0 ? '' : ` in '${formatKey(found.path)}'`;
  return {
    message: `Stage '${stage}' declares the parameter '${key}', but ${file} has no '${name}'${holder}.`,
    hint: near,
  };
}
