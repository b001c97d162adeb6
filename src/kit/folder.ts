import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Not by mkdir's own `recursive`, which in Node 20 calls a
 * read-only disk a path that is not there (ENOENT), and never comes back from /proc. Throws the system's error.
 */
export function makeFolder(path: string, mode?: number): void {
  // Most often it is there; looking costs less than making it again.
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

/** Whether a folder is there, also at the end of a link. Throws the system's error where nobody may look. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
