import { posix, resolve } from 'node:path';
import type { ProjectPath, Stage } from '../model.ts';
import { checkNames } from './check-names.ts';
import { checkParams } from './check-params.ts';
import { readArgumentStyle } from './dvc-config.ts';
import { findProject } from './find-project.ts';
import { parseOverride } from './overrides.ts';
import type { Params, ParamsFile } from './params.ts';
import { loadParamsFile, type ParamsOptions } from './params-loader.ts';
import { foldersAbove } from './paths.ts';
import { loadPipelineFile, type PipelineContext, type PipelineFile } from './pipeline-file.ts';
import { findSubPipelines } from './sub-pipelines.ts';
import type { Quoting } from './template.ts';
import { collectTopLevel, type TopLevel } from './top-level.ts';
import { Workspace } from './workspace.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** A pipeline file other than the nearest pipeline.yaml or dvc.yaml, relative to cwd. */
  readonly file?: string | undefined;
  /** Overlays on the default parameter file, relative to cwd, later ones winning. */
  readonly paramsFiles?: readonly string[] | undefined;
  /** `key=value` or `file:key=value`, values as YAML. */
  readonly overrides?: readonly string[] | undefined;
  /** How values are pasted into commands; 'shell' unless given. */
  readonly quoting?: Quoting | undefined;
  /** Told the absolute path of each file that is read, or looked for, also when the project turns out to be bad. */
  readonly onRead?: (path: string) => void;
}

/** A project as it counts: templates filled, groups expanded, everything validated. */
export interface Project {
  /** Absolute. */
  readonly root: string;
  /** The pipeline file in root. */
  readonly file: ProjectPath;
  /** Where this pipeline's lock is: pipeline.lock, or NAME.lock for another file that was named. */
  readonly lockFile: ProjectPath;
  /** In the order of the files. */
  readonly stages: readonly Stage[];
  readonly params: Params;
  readonly topLevel: TopLevel;
  /** Things that are allowed but probably not meant. */
  readonly warnings: readonly string[];
}

/**
 * Loads the project that `cwd` is in. Throws NO_PROJECT, or a DiagnosticsError (BAD_PIPELINE or BAD_PARAMS) with
 * everything that is wrong at once. Writes nothing but its cache of parsed files, in an existing `.ferment`.
 */
export function loadProject(options: LoadOptions): Project {
  const { root, file } = findProject(options.cwd, options.file);
  const overrides = (options.overrides ?? []).map(parseOverride);
  const workspace = new Workspace(root, resolve(options.cwd), options.onRead);
  const { problems } = workspace;
  const layers: ParamsOptions = {
    defaultFile: 'params.yaml',
    overlays: (options.paramsFiles ?? []).map((path) => resolve(options.cwd, path)),
    overrides,
  };
  const params = createParamsReader(workspace, layers);
  const context: PipelineContext = {
    workspace,
    paramsOf: params.read,
    scopeOf: (folder) => params.read(posix.join(folder, layers.defaultFile))?.data ?? {},
    paste: { quoting: options.quoting, style: readArgumentStyle(root) },
  };
  const main = loadPipelineFile(file, context);
  problems.throwIfAny();
  const files = [main ?? [], options.file === undefined ? loadSubPipelines(main, context) : []].flat();
  problems.throwIfAny();

  const isWritten = createIsWritten(files);
  checkNames(problems, files);
  checkParams(problems, files, params.read, isWritten);
  for (const override of overrides) params.read(posix.normalize(override.file ?? layers.defaultFile));
  problems.throwIfAny();
  workspace.saveCache();
  return {
    root,
    file,
    lockFile: lockFileOf(file),
    stages: files.flatMap(({ stages }) => stages.map(({ stage }) => stage)),
    params: {
      defaultFile: layers.defaultFile,
      files: params.files,
      read: (path) => (isWritten(path) ? readNow(path, root, options.cwd, layers) : params.read(path)),
      readNow: (path) => {
        const known = isWritten(path) ? undefined : params.read(path);
        const isCurrent = known?.layers.every(({ source }) => workspace.isCurrent(source)) === true;
        return isCurrent ? known : readNow(path, root, options.cwd, layers);
      },
    },
    topLevel: collectTopLevel(files),
    warnings: files.some(({ stages }) => stages.length > 0) ? [] : ['The pipeline has no stages.'],
  };
}

/** Where the lock of a pipeline file is: beside it, pipeline.lock or NAME.lock. */
export function lockFileOf(file: string): ProjectPath {
  return /^(pipeline|dvc)\.yaml$/.test(file) ? 'pipeline.lock' : `${file.replace(/\.ya?ml$/, '')}.lock`;
}

/** Reads each parameter file once. */
function createParamsReader(workspace: Workspace, options: ParamsOptions) {
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

function readNow(
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

/** Tells whether a stage writes a path, or a folder that it lies in. */
function createIsWritten(files: readonly PipelineFile[]): (path: ProjectPath) => boolean {
  const outs = new Set(files.flatMap(outPaths));
  return (path) => outs.has(path) || [...foldersAbove(path)].some((folder) => outs.has(folder));
}

function loadSubPipelines(main: PipelineFile | undefined, context: PipelineContext): PipelineFile[] {
  const loaded: PipelineFile[] = [];
  const outs = new Set(main === undefined ? [] : outPaths(main));
  for (const file of findSubPipelines(context.workspace.root, outs)) {
    const found = loadPipelineFile(file, context);
    if (found === undefined) continue;
    loaded.push(found);
    for (const path of outPaths(found)) outs.add(path);
  }
  return loaded;
}

function outPaths({ stages }: PipelineFile): ProjectPath[] {
  return stages.flatMap(({ stage }) => [...stage.outs, ...stage.checkpoints].map(({ path }) => path));
}
