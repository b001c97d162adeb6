import { createHash } from 'node:crypto';
import { constants, copyFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Digest, errnoOf } from '../../kit/index.ts';
import { unreadable } from './unreadable.ts';

/** Large enough that the calls cost nothing, small enough that the event loop gets its turn every millisecond or two. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** The digest of a large file, read ahead while hashing. Throws UNREADABLE. */
export async function hashStream(path: string): Promise<Digest> {
  return pump(await openToRead(path), path, undefined);
}

/**
 * Copies a large file to `target`, which must not exist, and returns the digest of what was written: of the same bytes
 * in memory, or, where the file system could share the blocks, of the copy, which nobody else changes.
 * Throws UNREADABLE; errors of writing as they come.
 */
export async function copyAndHash(path: string, target: string): Promise<Digest> {
  if (clone(path, target)) return hashStream(target);
  const source = await openToRead(path);
  let copy: FileHandle;
  try {
    copy = await open(target, 'wx', 0o644);
  } catch (error) {
    await source.close();
    throw error;
  }
  try {
    return await pump(source, path, copy);
  } finally {
    await copy.close();
  }
}

/** Errors by which file systems say that they cannot share blocks (ioctl_ficlone(2)), here or between these two. */
const CANNOT_CLONE = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY']);

function clone(path: string, target: string): boolean {
  try {
    copyFileSync(path, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (CANNOT_CLONE.has(errnoOf(error) ?? '')) return false;
    throw unreadable(error, path);
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** Reads, hashes and writes at the same time: the kernel's part is done by other threads. Closes the source. */
async function pump(source: FileHandle, path: string, copy: FileHandle | undefined): Promise<Digest> {
  const sha256 = createHash('sha256');
  let chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let spare = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    let length = await readInto(source, path, chunk);
    while (length > 0) {
      const bytes = chunk.subarray(0, length);
      const written = copy === undefined ? undefined : writeAll(copy, bytes);
      const next = readInto(source, path, spare);
      sha256.update(bytes);
      [length] = await Promise.all([next, written]);
      [chunk, spare] = [spare, chunk];
    }
  } finally {
    await source.close();
  }
  return sha256.digest('hex') as Digest;
}

async function readInto(source: FileHandle, path: string, buffer: Buffer): Promise<number> {
  try {
    return (await source.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    throw unreadable(error, path);
  }
}

async function writeAll(copy: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await copy.write(bytes, at, bytes.length - at, null)).bytesWritten;
}
