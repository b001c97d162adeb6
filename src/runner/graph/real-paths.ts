import { lstatSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { ProjectPath } from '../model.ts';

/** Where paths of a project really are, so that two names of one place are known for one. */
export interface RealPaths {
  /** What a stage writes: links of the folders above followed. */
  written(path: ProjectPath): ProjectPath;
  /** What a stage reads: the last link too. */
  read(path: ProjectPath): ProjectPath;
}

/** For stages alone, without a disk: every path is where it says. */
export const AS_WRITTEN: RealPaths = { written: (path) => path, read: (path) => path };

/** Looks at each folder once. What leads out of the project, or is not there, stays as it is written. */
export function createRealPaths(root: string): RealPaths {
  const known = new Map<ProjectPath, ProjectPath>();
  const written = (path: ProjectPath): ProjectPath => {
    const slash = path.lastIndexOf('/');
    return slash <= 0 || path.startsWith('../') ? path : read(path.slice(0, slash)) + path.slice(slash);
  };
  const read = (path: ProjectPath): ProjectPath => {
    const found = known.get(path) ?? followLink(root, written(path));
    known.set(path, found);
    return found;
  };
  return { written, read };
}

function followLink(root: string, path: ProjectPath): ProjectPath {
  if (path.startsWith('/') || path.startsWith('../')) return path;
  try {
    const absolute = join(root, path);
    if (lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
    const inside = relative(realpathSync(root), realpathSync(absolute)).split(sep).join('/');
    return inside === '' || inside.startsWith('../') || inside === '..' ? path : inside;
  } catch {
    // A file in the place of a folder, a link that leads nowhere: whoever reads or writes there says so.
    return path;
  }
}
