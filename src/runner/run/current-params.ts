import type { Params, ParamsFile } from '../load/params.ts';
import { loadParamsFile } from '../load/params-loader.ts';
import { Workspace } from '../load/workspace.ts';
import type { Inputs, ProjectPath, Stage } from '../model.ts';
import { stageParams } from '../plan/index.ts';
import type { Session } from './session.ts';

/**
 * The values of a stage's parameters. Files that stages of this pipeline write are read now, after those stages;
 * all others count as they were when the project was loaded. Throws BAD_PARAMS.
 */
export function currentParams(session: Session, stage: Stage): Inputs['params'] {
  return stageParams(paramsNow(session, stage), stage);
}

/** The parameter files of a stage as they count now. */
export function paramsNow({ project, graph, root }: Session, stage: Stage): Params {
  const { params } = project;
  const written = stage.params.map(({ file }) => file).filter((file) => graph.producer(file) !== undefined);
  if (written.length === 0) return params;
  const files = new Map<ProjectPath, ParamsFile>(params.files);
  const workspace = new Workspace(root, root);
  for (const file of written) {
    const options = { overlays: [], overrides: [], defaultFile: params.defaultFile };
    const loaded = loadParamsFile(workspace, file, options);
    if (loaded === undefined) files.delete(file);
    else files.set(file, loaded);
  }
  workspace.problems.throwIfAny();
  return { ...params, files };
}
