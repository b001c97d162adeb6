import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { explainWriteError, temporaryNameFor } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';

/**
 * The files at or below a path that are links into DVC's cache (`cache.type` symlink), absolute; where it is asked
 * for, hard links, too. Links that lead elsewhere, and nowhere, are none of them.
 */
export function linksInto(
  cache: string,
  path: string,
  { hardLinks = false }: { readonly hardLinks?: boolean } = {},
): readonly string[] {
  const target = realPath(cache);
  const links: string[] = [];
  const visit = (at: string): void => {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) for (const name of readdirSync(at)) visit(join(at, name));
    else if (hardLinks && stat?.isFile() === true && stat.nlink > 1) links.push(at);
    else if (stat?.isSymbolicLink() === true && target !== undefined && leadsInto(target, at)) links.push(at);
  };
  visit(path);
  return links;
}

/**
 * Puts copies in place of an out's links into DVC's cache: the runner follows no link out of the project, and what it
 * needs must not vanish with the cache. Each is replaced by a rename, so that the content is there at any moment.
 * Throws NO_SPACE, STORE_UNWRITABLE, BAD_PATH.
 */
export function replaceLinks(root: string, path: ProjectPath, links: readonly string[]): void {
  if (links.length === 0) return;
  writablePath(root, path);
  for (const link of links) {
    const temporary = temporaryNameFor(link);
    try {
      copyFileSync(realpathSync(link), temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      // Objects are read-only, what a stage wrote is not; DVC's protection of links is not needed for a copy.
      const mode = (statSync(link).mode & 0o100) === 0 ? 0o666 : 0o777;
      chmodSync(temporary, mode & ~process.umask());
      renameSync(temporary, link);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainWriteError(error, link);
    }
  }
}

function leadsInto(folder: string, link: string): boolean {
  return realPath(link)?.startsWith(folder + sep) ?? false;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
