import type { ProjectPath, Stage } from '../model.ts';

/** One path, or a pattern for several, that a stage reads. */
export interface ReadPath {
  readonly path: ProjectPath;
  readonly glob: boolean;
  /** True for a pattern that may match nothing. */
  readonly optional: boolean;
}

/** What a stage reads: its deps, its parameter files and its program, which stages may write too. */
export function readPathsOf(stage: Stage): readonly ReadPath[] {
  const files = stage.params.map(({ file }) => file);
  if (stage.command.kind === 'module') files.push(stage.command.module);
  return [...stage.deps, ...files.map((path) => ({ path, glob: false, optional: false }))];
}
