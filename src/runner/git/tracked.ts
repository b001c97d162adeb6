import { foldersAbove } from '../load/paths.ts';
import type { ProjectPath } from '../model.ts';
import { runGit } from './run-git.ts';

/**
 * Those of the paths that git tracks, be it only files below them; none outside of a repository. Undefined where git
 * cannot be asked.
 */
export function trackedAmong(
  root: string,
  paths: readonly ProjectPath[],
): ReadonlySet<ProjectPath> | undefined {
  if (paths.length === 0) return new Set();
  const { status, stdout, complaint } = runGit(root, ['ls-files', '-z']);
  if (status !== 0) return /not a git repository/i.test(complaint) ? new Set() : undefined;
  const all = new Set(
    stdout
      .toString()
      .split('\0')
      .flatMap((path) => [path, ...foldersAbove(path)]),
  );
  return new Set(paths.filter((path) => all.has(path)));
}
