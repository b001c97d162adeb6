import { posix, resolve } from 'node:path';
import type { ProjectPath, Stage } from '../model.ts';
import { checkNames } from './check-names.ts';
import { findMissingParams, type MissingParams } from './check-params.ts';
import { readArgumentStyle } from './dvc-config.ts';
import { findProject } from './find-project.ts';
import { hasSubPipelines, loadSubPipelines } from './load-sub-pipelines.ts';
import { type Loaded, type LoadKey, recallLoaded, rememberLoaded } from './loaded-cache.ts';
import { createIsWritten } from './out-paths.ts';
import { parseOverride } from './overrides.ts';
import type { Params, ParamsFile } from './params.ts';
import type { ParamsOptions } from './params-loader.ts';
import { createParamsReader, readNow } from './params-reader.ts';
import { loadPipelineFile, type PipelineContext } from './pipeline-file.ts';
import type { PasteOptions, Quoting } from './template.ts';
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
  /** Stages that cannot run, because parameters that they declare are not there. */
  readonly missingParams: MissingParams;
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
  const layers: ParamsOptions = {
    defaultFile: 'params.yaml',
    overlays: (options.paramsFiles ?? []).map((path) => resolve(options.cwd, path)),
    overrides,
  };
  const params = createParamsReader(workspace, layers);
  const paste: PasteOptions = { quoting: options.quoting, style: readArgumentStyle(root) };
  const isNamed = options.file !== undefined;
  const key: LoadKey = {
    root,
    file,
    isNamed,
    overlays: layers.overlays,
    overrides: options.overrides ?? [],
    ...paste,
  };
  const known = recallLoaded(workspace, key);
  const isKnown = known !== undefined && (isNamed || hasSubPipelines(root, known, file));
  const loaded = isKnown ? known : loadAll({ file, isNamed, paste }, { workspace, params, layers });
  if (!isKnown) rememberLoaded(workspace, key, loaded);
  const { stages, topLevel, paramsFiles } = loaded;
  const isWritten = createIsWritten(stages);
  const readAgain = (path: ProjectPath): ParamsFile | undefined => readNow(path, root, options.cwd, layers);
  return {
    root,
    file,
    lockFile: lockFileOf(file),
    stages,
    params: {
      defaultFile: layers.defaultFile,
      get files() {
        // What was not needed yet is made of the texts that were looked at when the project was loaded.
        const listed = paramsFiles.flatMap((path) => {
          const found = params.read(path);
          return found === undefined ? [] : [[path, found] as const];
        });
        return new Map([...listed, ...params.files]);
      },
      read: (path) => (isWritten(path) ? readAgain(path) : params.read(path)),
      readNow: (path) => {
        const before = isWritten(path) ? undefined : params.read(path);
        const isCurrent = before?.layers.every(({ source }) => workspace.isCurrent(source)) === true;
        return isCurrent ? before : readAgain(path);
      },
    },
    topLevel,
    missingParams: new Map(loaded.missingParams),
    warnings: [...(stages.length > 0 ? [] : ['The pipeline has no stages.']), ...loaded.warnings],
  };
}

interface Loading {
  readonly workspace: Workspace;
  readonly params: ReturnType<typeof createParamsReader>;
  readonly layers: ParamsOptions;
}

/** Reads, fills and checks everything. */
function loadAll(
  {
    file,
    isNamed,
    paste,
  }: { readonly file: string; readonly isNamed: boolean; readonly paste: PasteOptions },
  { workspace, params, layers }: Loading,
): Loaded {
  const { problems } = workspace;
  const context: PipelineContext = {
    workspace,
    paramsOf: params.read,
    scopeOf: (folder) => params.read(posix.join(folder, layers.defaultFile))?.data ?? {},
    paste,
  };
  const main = loadPipelineFile(file, context);
  problems.throwIfAny();
  const subPipelines: ProjectPath[] = [];
  const below = isNamed ? [] : loadSubPipelines(main, context, (path) => subPipelines.push(path));
  const files = [main ?? [], below].flat();
  problems.throwIfAny();

  const stages = files.flatMap((one) => one.stages.map(({ stage }) => stage));
  checkNames(problems, files);
  const missingParams = [...findMissingParams(files, params.read, createIsWritten(stages))];
  for (const override of layers.overrides) params.read(posix.normalize(override.file ?? layers.defaultFile));
  problems.throwIfAny();
  workspace.saveCache();
  return {
    stages,
    topLevel: collectTopLevel(files),
    paramsFiles: [...params.files.keys()],
    subPipelines,
    missingParams,
    warnings: problems.warnings,
  };
}

/** Where the lock of a pipeline file is: beside it, pipeline.lock or NAME.lock. */
export function lockFileOf(file: string): ProjectPath {
  return /^(pipeline|dvc)\.yaml$/.test(file) ? 'pipeline.lock' : `${file.replace(/\.ya?ml$/, '')}.lock`;
}
