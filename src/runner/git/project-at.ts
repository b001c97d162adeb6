import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { makeFolder } from '../../kit/index.ts';
import { type LoadOptions, loadProject, type Project } from '../load/index.ts';
import type { Git } from './git.ts';

/** Files that decide what the pipeline is: small texts that a pipeline file may name as params or vars. */
const TEXTS = /\.(ya?ml|json|toml|py)$/;
const LARGEST_TEXT = 1024 * 1024;

/**
 * The project as it was in a commit, loaded from a throw-away copy of its pipeline and parameter files (its `root`
 * is gone when this returns). Throws as `loadProject` does: an old pipeline may not be valid any more.
 */
export function projectAt(git: Git, commit: string, options: LoadOptions): Project {
  const copy = mkdtempSync(join(tmpdir(), 'ferment-at-'));
  try {
    for (const { path, size } of git.list(commit)) {
      if (!TEXTS.test(path) || size > LARGEST_TEXT) continue;
      const target = join(copy, path);
      makeFolder(dirname(target));
      writeFileSync(target, git.show(commit, path) ?? '');
    }
    // No pipeline file above the folder for temporary files may take the copy for a part of its project.
    makeFolder(join(copy, '.git'));
    const inCopy = (path: string): string => {
      const inside = relative(git.root, resolve(options.cwd, path));
      return inside.startsWith('..') || isAbsolute(inside) ? resolve(options.cwd, path) : join(copy, inside);
    };
    return loadProject({
      ...options,
      cwd: copy,
      file: options.file === undefined ? undefined : inCopy(options.file),
      paramsFiles: options.paramsFiles?.map(inCopy),
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
