import type { ProjectPath, Stage } from '../model.ts';

/** One path, or a pattern for several, that a stage reads. */
export interface ReadPath {
  readonly path: ProjectPath;
  readonly glob: boolean;
  /** True for a pattern that may match nothing. */
  readonly optional: boolean;
}

/** What a stage reads: its deps, and its parameter files, which stages may write too. */
export function readPathsOf(stage: Stage): readonly ReadPath[] {
  return [...stage.deps, ...stage.params.map(({ file }) => ({ path: file, glob: false, optional: false }))];
}
