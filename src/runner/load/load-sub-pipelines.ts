import type { ProjectPath } from '../model.ts';
import type { Loaded } from './loaded-cache.ts';
import { outPaths } from './out-paths.ts';
import { loadPipelineFile, type PipelineContext, type PipelineFile } from './pipeline-file.ts';
import type { SkippedProject } from './skipped-projects.ts';
import { findSubPipelines } from './sub-pipelines.ts';

/** Told what looking for pipeline files comes upon. */
export interface SubPipelineEvents {
  readonly onFound: (path: ProjectPath) => void;
  readonly onSkipped: (skipped: SkippedProject) => void;
}

/** Loads the pipeline files below the project's folder that no stage writes, telling each as it is found. */
export function loadSubPipelines(
  main: PipelineFile | undefined,
  context: PipelineContext,
  { onFound, onSkipped }: SubPipelineEvents,
): PipelineFile[] {
  const loaded: PipelineFile[] = [];
  const outs = new Set(main === undefined ? [] : outsIn(main));
  for (const file of findSubPipelines(context.workspace.root, outs, onSkipped)) {
    onFound(file);
    const found = loadPipelineFile(file, context);
    if (found === undefined) continue;
    loaded.push(found);
    for (const path of outsIn(found)) outs.add(path);
  }
  return loaded;
}

/** Whether the pipeline files below the project's folder are still those that were loaded; found in the same way. */
export function hasSubPipelines(
  root: string,
  { stages, subPipelines }: Pick<Loaded, 'stages' | 'subPipelines'>,
  { main, onSkipped }: { readonly main: ProjectPath } & Pick<SubPipelineEvents, 'onSkipped'>,
): boolean {
  const outsOf = (file: ProjectPath): ProjectPath[] =>
    stages.filter((stage) => stage.file === file).flatMap(outPaths);
  const outs = new Set(outsOf(main));
  let count = 0;
  for (const file of findSubPipelines(root, outs, onSkipped)) {
    if (file !== subPipelines[count]) return false;
    count++;
    for (const path of outsOf(file)) outs.add(path);
  }
  return count === subPipelines.length;
}

function outsIn({ stages }: PipelineFile): ProjectPath[] {
  return stages.flatMap(({ stage }) => outPaths(stage));
}
