import { DiagnosticsError } from '../../../../src/kit/index.ts';
import { type LoadOptions, loadProject, type Project, type Stage } from '../../../../src/runner/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

/** Loads a project that is given as path to text. */
export function load(files: Readonly<Record<string, string>>, options: Partial<LoadOptions> = {}): Project {
  const cwd = temporaryFolder();
  writeFiles(cwd, files);
  return loadProject({ cwd, ...options });
}

/** Loads a project with one pipeline file and one parameter file. */
export function loadText(pipeline: string, params = ''): Project {
  return load(
    params === '' ? { 'pipeline.yaml': pipeline } : { 'pipeline.yaml': pipeline, 'params.yaml': params },
  );
}

/** The one stage of a pipeline. */
export function onlyStage(pipeline: string, params = ''): Stage {
  const [stage] = loadText(pipeline, params).stages;
  if (stage === undefined) throw new Error('The pipeline has no stage');
  return stage;
}

/** The rendered diagnostics of a project that must not load. */
export function failure(load_: () => unknown): string {
  try {
    load_();
  } catch (error) {
    if (error instanceof DiagnosticsError) return `${error.code}\n${error.message}`;
    throw error;
  }
  throw new Error('It loaded');
}
