import { type Dirent, readdir } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, errnoOf } from '../../kit/index.ts';
import { lstatOrUndefined } from '../hash/links.ts';
import { refuseBadName } from '../hash/no-content.ts';
import { unreadable } from '../hash/unreadable.ts';
import type { ProjectPath } from '../model.ts';

/** Folders that may go while they are looked for, and links that lead nowhere, hold no files. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/**
 * The files on disk that a glob matches, sorted. Throws UNREADABLE for a folder that may hold some and cannot be read:
 * its files would be missing without a word; BAD_PATH for a name that is no UTF-8.
 */
export async function findFiles(
  root: string,
  pattern: string,
  ignore: readonly string[],
): Promise<readonly ProjectPath[]> {
  const { glob } = await import('tinyglobby');
  const failed = new Map<string, unknown>();
  const options = { cwd: root, expandDirectories: false, ignore: [...ignore] };
  const files = await glob(pattern, { ...options, fs: { readdir: noting(failed) } });
  for (const [folder, error] of failed)
    if (!NOTHING_THERE.has(errnoOf(error) ?? '')) throw unreadable(error, folder.replace(/(.)\/$/, '$1'));
  const found = files.map((file) => file.replaceAll('\\', '/')).sort(compareBytes);
  for (const file of found)
    if (file.includes('\ufffd') && lstatOrUndefined(join(root, file)) === undefined)
      refuseBadName(join(root, file), file);
  return found;
}

type Done = (error: Error | null, entries: Dirent[]) => void;

/** Node's own `readdir`, with its failures noted by folder: the crawler takes such a folder for an empty one. */
function noting(failed: Map<string, unknown>): typeof readdir {
  return new Proxy(readdir, {
    apply(target, self, [folder, options, done]: [string, unknown, Done]) {
      const heard: Done = (error, entries) => {
        if (error !== null) failed.set(folder, error);
        done(error, entries);
      };
      return Reflect.apply(target, self, [folder, options, heard]);
    },
  });
}
