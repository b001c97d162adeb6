import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Digest } from '../../kit/index.ts';
import { hashStream } from './stream.ts';
import { unreadable } from './unreadable.ts';

/** Up to this size a file is read at once; a larger one is hashed as a stream. */
export const SMALL_FILE_BYTES = 1024 * 1024;

const buffer = Buffer.allocUnsafeSlow(SMALL_FILE_BYTES + 1);

/** The bytes of a small file and their digest. `bytes` is only good until the next call. */
export interface SmallRead {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/**
 * Reads and hashes a file of at most SMALL_FILE_BYTES (`sizeBytes` is what stat said); undefined when it has grown beyond that meanwhile.
 * Throws UNREADABLE.
 */
export function readSmallFile(path: string, sizeBytes: number): SmallRead | undefined {
  const length = readInto(path, sizeBytes);
  if (length > SMALL_FILE_BYTES) return undefined;
  const bytes = buffer.subarray(0, length);
  return { bytes, digest: sha256(bytes) };
}

/** The digest of bytes in memory, in one native call. */
export function sha256(bytes: Uint8Array): Digest {
  return hash('sha256', bytes, 'hex') as Digest;
}

/** The digest of a file of any size. Throws UNREADABLE. */
export async function hashFile(path: string, sizeBytes: number): Promise<Digest> {
  if (sizeBytes <= SMALL_FILE_BYTES) {
    const read = readSmallFile(path, sizeBytes);
    if (read !== undefined) return read.digest;
  }
  return hashStream(path);
}

/** Fills the buffer from the start of the file; a length of SMALL_FILE_BYTES + 1 means that there is more. */
function readInto(path: string, sizeBytes: number): number {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    let length = 0;
    // Stopping at the size that the last stat gave saves a read of nothing. A file that has grown since has newer
    // times than those recorded, so this digest is never taken for that of the longer file.
    while (length < buffer.length && (length < sizeBytes || length === 0)) {
      const count = readSync(fd, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return length;
  } catch (error) {
    throw unreadable(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
