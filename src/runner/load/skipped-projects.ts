import type { ProjectPath, StageName } from '../model.ts';

/** A folder with a pipeline file that is not of this project, because it holds a mark of a project of its own. */
export interface SkippedProject {
  readonly folder: ProjectPath;
  /** `.ferment`, `.git` or `.dvc`. */
  readonly mark: string;
}

/**
 * Says which folders are left out although the lock knows their stages: they were of this project, and became projects
 * of their own when somebody ran Ferment there with `--file`, or cloned a repository into them. What reads their outs
 * would take old results for fresh.
 */
export function describeSkipped(
  skipped: readonly SkippedProject[],
  locked: Iterable<StageName>,
  lockFile: ProjectPath,
): string[] {
  const names = [...locked];
  return skipped.flatMap(({ folder, mark }) => {
    const known = names.find((name) => name.startsWith(`${folder}:`));
    if (known === undefined) return [];
    const choice = `Remove ${folder}/${mark} to take it in again, or the blocks of its stages from ${lockFile}.`;
    return `${folder} is left out as a project of its own, for it holds ${mark}, but ${lockFile} knows its stages, such as '${known}'. ${choice}`;
  });
}
