import { isAbsolute, posix, relative, resolve } from 'node:path';
import type { ProjectPath } from '../model.ts';

/** Folders of the project that no stage may write to. */
const RESERVED = ['.git', '.ferment', '.dvc'];

/** A path as a stage writes it, relative to its folder, as a path of the project: normalised, no slash at the end. */
export function projectPath(folder: ProjectPath, path: string, root: string): ProjectPath {
  const normal = trimmed(posix.normalize(isAbsolute(path) ? path : posix.join(folder, path)));
  if (isInside(normal)) return normal;
  // An absolute path into the project, or one that leaves it and comes back, is written as a relative one.
  const inside = relative(root, resolve(root, normal)).split('\\').join('/');
  return inside !== '' && isInside(inside) ? trimmed(posix.normalize(inside)) : normal;
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function isInside(path: ProjectPath): boolean {
  return !isAbsolute(path) && path !== '..' && !path.startsWith('../');
}

/** Why a stage may not write to this path, or undefined when it may. Links are not followed here. */
export function reasonAgainstOut(path: ProjectPath): string | undefined {
  if (path.includes('\0')) return 'it holds a NUL character';
  if (!isInside(path)) return 'it is outside of the project';
  if (path === '.' || path === '') return 'it is the whole project';
  const [first = ''] = path.split('/');
  if (RESERVED.includes(first.toLowerCase())) return `it is inside ${first}`;
  if (path.split('/').some((part) => part.toLowerCase() === '.git')) return 'it is inside a .git folder';
  return undefined;
}

/** True when the text is a glob pattern: it holds `*`, `?`, `[` or `{`. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** `a/b/c` gives `a/b`, then `a`. */
export function* foldersAbove(path: ProjectPath): Generator<ProjectPath> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    yield path.slice(0, slash);
  }
}

/** True for a URL such as `s3://bucket/file`. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}
