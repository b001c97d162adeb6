import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, explainWriteError } from './errors.ts';
import { makeFolder } from './folder.ts';

export interface AtomicOptions {
  /** False where a torn file after a power cut is only a cache miss. */
  readonly durable?: boolean;
  readonly mode?: number;
}

/** Counts on from a number that another process with this pid (in a container) hardly has. */
let count: number | undefined;

/** A name in the same folder that no other writer uses; `*.tmp` is ignored by git and swept by the runner. */
export function temporaryNameFor(path: string): string {
  count = ((count ?? randomBytes(4).readUInt32LE()) + 1) >>> 0;
  const unique = count.toString(16).padStart(8, '0');
  return join(dirname(path), `.${basename(path)}.${process.pid}.${unique}.tmp`);
}

/**
 * Writes a whole file so that a reader sees the old content or the new, never a part: temporary name, write,
 * fsync, rename, fsync of the folder. Makes missing folders.
 * Throws NO_SPACE or STORE_UNWRITABLE with the path; the old file then still stands.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, options: AtomicOptions = {}): void {
  const temporary = temporaryNameFor(path);
  try {
    const fd = openInFolder(temporary, 'wx', options.mode ?? 0o644);
    try {
      writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data);
      if (options.durable !== false) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    if (options.durable !== false) syncFolder(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw explainWriteError(error, path);
  }
}

/** Removes a file that nobody needs, where that is possible: not worth an error that would hide the first one. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // not there, or swept later
  }
}

/**
 * Opens a file for appending (`a`: made when it is not there) or a new one (`wx`). Its folder is made, too, but only
 * when it is missing: asking for it first would cost each of many opens a call. Returns the descriptor. Throws the
 * system's error.
 */
export function openInFolder(path: string, flags: 'a' | 'wx', mode?: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeFolder(dirname(path));
    return openSync(path, flags, mode);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
}

/** Makes a rename in this folder survive a power cut. Some file systems refuse to sync a folder; then it is as good as it gets. */
export function syncFolder(path: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    fsyncSync(fd);
  } catch {
    // EINVAL or EISDIR on such file systems
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
