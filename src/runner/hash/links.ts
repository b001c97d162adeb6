import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { sep } from 'node:path';
import { errnoOf, FermentError } from '../../kit/index.ts';
import { unreadable } from './unreadable.ts';

/** What `lstat` says of a path, links followed where that is allowed, or undefined when nothing is there. */
export function statInside(root: string, path: string): Stats | undefined {
  const stats = lstatOrUndefined(path);
  if (stats === undefined || !stats.isSymbolicLink()) return stats;
  return statSync(followLink(root, path));
}

/** Not throwing for what is not there: an error object costs more than the call. */
const LSTAT_OPTIONS = { throwIfNoEntry: false } as const;

/** What `lstat` says, or undefined when nothing is there. Throws UNREADABLE. */
export function lstatOrUndefined(path: string): Stats | undefined {
  try {
    return lstatSync(path, LSTAT_OPTIONS);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(error, path);
  }
}

/** Where a link leads. Throws BAD_PATH when that is outside `root` or nowhere. */
export function followLink(root: string, path: string): string {
  let target: string;
  try {
    target = realpathSync(path);
  } catch (error) {
    throw new FermentError(
      'BAD_PATH',
      `The link ${path} leads nowhere (${errnoOf(error) ?? 'unreadable'}).`,
      {
        hint: 'Remove the link, or put back what it points to.',
        cause: error,
      },
    );
  }
  if (isAncestor(realpathSync(root), target)) return target;
  throw new FermentError('BAD_PATH', `The link ${path} leads out of the project, to ${target}.`, {
    hint: 'Copy the data into the project, or declare the real path as a dep of its own.',
  });
}

/** True when a path is the folder or lies in it. */
export function isAncestor(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
