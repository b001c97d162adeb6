import { posix, resolve } from 'node:path';
import type { ProjectPath } from '../model.ts';
import { checkNames } from './check-names.ts';
import { refuseOwnFiles } from './check-outs.ts';
import { findMissingParams } from './check-params.ts';
import { readArgumentStyle } from './dvc-config.ts';
import { findProject } from './find-project.ts';
import { hasSubPipelines, loadSubPipelines, type SubPipelineEvents } from './load-sub-pipelines.ts';
import { type Loaded, type LoadKey, recallLoaded, rememberLoaded } from './loaded-cache.ts';
import { DEFAULT_LOCK_FILE } from './lock-name.ts';
import { createIsWritten } from './out-paths.ts';
import { parseOverride } from './overrides.ts';
import type { ParamsFile } from './params.ts';
import type { ParamsOptions } from './params-loader.ts';
import { createParamsReader, readNow } from './params-reader.ts';
import { loadPipelineFile, type PipelineContext } from './pipeline-file.ts';
import type { LoadOptions, Project } from './project.ts';
import type { SkippedProject } from './skipped-projects.ts';
import type { PasteOptions } from './template.ts';
import { collectTopLevel } from './top-level.ts';
import { Workspace } from './workspace.ts';

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
  const skipped = new Map<ProjectPath, SkippedProject>();
  const onSkipped = (one: SkippedProject): Map<ProjectPath, SkippedProject> => skipped.set(one.folder, one);
  const isKnown = known !== undefined && (isNamed || hasSubPipelines(root, known, { main: file, onSkipped }));
  const loaded = isKnown
    ? known
    : loadAll({ file, isNamed, paste }, { workspace, params, layers, onSkipped });
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
    skippedProjects: [...skipped.values()],
    warnings: [...(stages.length > 0 ? [] : ['The pipeline has no stages.']), ...loaded.warnings],
  };
}

interface Loading {
  readonly workspace: Workspace;
  readonly params: ReturnType<typeof createParamsReader>;
  readonly layers: ParamsOptions;
  readonly onSkipped: SubPipelineEvents['onSkipped'];
}

/** Reads, fills and checks everything. */
function loadAll(
  {
    file,
    isNamed,
    paste,
  }: { readonly file: string; readonly isNamed: boolean; readonly paste: PasteOptions },
  { workspace, params, layers, onSkipped }: Loading,
): Loaded {
  const { problems } = workspace;
  const context: PipelineContext = {
    workspace,
    paramsOf: params.read,
    scopeOf: (folder) => params.read(posix.join(folder, layers.defaultFile))?.data ?? {},
    paste,
  };
  const main = loadPipelineFile(file, context);
  if (problems.count > 0) readOverridden(params, layers);
  problems.throwIfAny();
  const subPipelines: ProjectPath[] = [];
  const onFound = (path: ProjectPath): number => subPipelines.push(path);
  const below = isNamed ? [] : loadSubPipelines(main, context, { onFound, onSkipped });
  const files = [main ?? [], below].flat();
  problems.throwIfAny();

  const stages = files.flatMap((one) => one.stages.map(({ stage }) => stage));
  checkNames(problems, files);
  refuseOwnFiles(problems, files, lockFileOf(file));
  const missingParams = [...findMissingParams(files, params.read, createIsWritten(stages))];
  readOverridden(params, layers);
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

/** Each file that `-S` is laid on, so that what is wrong with it is told. */
function readOverridden(params: Loading['params'], { overrides, defaultFile }: ParamsOptions): void {
  for (const override of overrides) params.read(posix.normalize(override.file ?? defaultFile));
}

/** Where the lock of a pipeline file is: beside it, pipeline.lock or NAME.lock. */
export function lockFileOf(file: string): ProjectPath {
  return /^(pipeline|dvc)\.yaml$/.test(file) ? DEFAULT_LOCK_FILE : `${file.replace(/\.ya?ml$/, '')}.lock`;
}
