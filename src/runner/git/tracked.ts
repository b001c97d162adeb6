import { spawnSync } from 'node:child_process';
import { foldersAbove } from '../load/paths.ts';
import type { ProjectPath } from '../model.ts';

/**
 * Those of the paths that git tracks, be it only files below them; none outside of a repository. Undefined where git
 * cannot be asked.
 */
export function trackedAmong(
  root: string,
  paths: readonly ProjectPath[],
): ReadonlySet<ProjectPath> | undefined {
  if (paths.length === 0) return new Set();
  const { status, stdout, stderr } = spawnSync('git', ['-C', root, 'ls-files', '-z'], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) return /not a git repository/i.test(stderr) ? new Set() : undefined;
  const all = new Set(stdout.split('\0').flatMap((path) => [path, ...foldersAbove(path)]));
  return new Set(paths.filter((path) => all.has(path)));
}
