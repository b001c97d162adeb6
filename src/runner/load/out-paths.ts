import type { ProjectPath, Stage } from '../model.ts';
import { foldersAbove } from './paths.ts';

/** Tells whether a stage writes a path, or a folder that it lies in. */
export function createIsWritten(stages: readonly Stage[]): (path: ProjectPath) => boolean {
  const outs = new Set(stages.flatMap(outPaths));
  return (path) => outs.has(path) || [...foldersAbove(path)].some((folder) => outs.has(folder));
}

/** What a stage writes: outs and checkpoints. */
export function outPaths({ outs, checkpoints }: Stage): ProjectPath[] {
  return [...outs, ...checkpoints].map(({ path }) => path);
}
