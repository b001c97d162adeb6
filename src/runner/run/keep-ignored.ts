import { constants, cpSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, explainWriteError, FermentError, makeFolder } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { removeTree } from './aside.ts';
import type { Session } from './session.ts';

/**
 * Copies what `.dvcignore` names in a folder of the project into another that is about to replace it: it is in no
 * store. Throws BAD_PATH where that has a file in the way, NO_SPACE, STORE_UNWRITABLE.
 */
export function keepIgnored({ root, hasher }: Session, path: ProjectPath, into: string): void {
  for (const name of hasher.ignoredIn(path)) {
    const target = join(into, name);
    try {
      makeFolder(dirname(target));
    } catch (error) {
      throw inTheWay(error, path, name);
    }
    try {
      removeTree(target);
      cpSync(join(root, path, name), target, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
        mode: constants.COPYFILE_FICLONE,
        filter: hasContent,
      });
    } catch (error) {
      throw explainWriteError(error, target);
    }
  }
}

/** What is not in a pipe, a socket or a device cannot be lost. */
function hasContent(path: string): boolean {
  const stat = lstatSync(path);
  return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
}

function inTheWay(error: unknown, path: ProjectPath, name: string): unknown {
  const errno = errnoOf(error);
  if (errno !== 'EEXIST' && errno !== 'ENOTDIR') return explainWriteError(error, path);
  return new FermentError(
    'BAD_PATH',
    `${path} holds ${name}, which .dvcignore names, and what it is to be replaced by has a file in that place.`,
    { hint: `Move ${path}/${name} away; it is not in the store.`, cause: error },
  );
}
