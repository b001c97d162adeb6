import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainWriteError, makeFolder, syncFolder, temporaryNameFor } from '../../../kit/index.ts';
import {
  badArray,
  ELEMENT_BYTES,
  elementCount,
  type NpyArray,
  type NpyData,
  type NpyDtype,
  type NpyHeader,
  renderHeader,
} from './format.ts';

/** Writes an array piece by piece, for arrays that need not be in memory at once. */
export interface NpyWriter {
  /** Appends the next elements in row-major order. */
  append(data: NpyData[NpyDtype]): void;
  /**
   * Puts the whole file in its place and gives the SHA-256 of the data (without the header). Throws BAD_ARRAY when
   * fewer or more elements came than the shape has; then nothing is left behind.
   */
  finish(): string;
  /** Leaves nothing behind. Does nothing after finish(). */
  abort(): void;
}

/**
 * Writes a NumPy `.npy` file (format 1.0) at once or not at all: a reader sees the old file or the new one.
 * Throws BAD_ARRAY when `data` has not the length that `shape` says, NO_SPACE, STORE_UNWRITABLE.
 */
export function writeNpy(path: string, array: NpyArray): void {
  const writer = openNpyWriter(path, array);
  try {
    writer.append(array.data);
    writer.finish();
  } finally {
    writer.abort();
  }
}

/** Opens a writer for one array of a known type and shape; see NpyWriter. Close it with finish() or abort(). */
export function openNpyWriter(path: string, header: NpyHeader): NpyWriter {
  const temporary = temporaryNameFor(path);
  const sizeBytes = elementCount(header.shape) * ELEMENT_BYTES[header.dtype];
  const hash = createHash('sha256');
  let written = 0;
  let open = true;
  const fd = explained(path, () => {
    makeFolder(dirname(path));
    return openSync(temporary, 'wx', 0o644);
  });
  const abort = (): void => {
    if (!open) return;
    open = false;
    closeSync(fd);
    rmSync(temporary, { force: true });
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return explained(path, work);
    } catch (error) {
      abort();
      throw error;
    }
  };
  guarded(() => writeAll(fd, renderHeader(header)));
  return {
    append: (data) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      written += bytes.length;
      guarded(() => {
        if (written > sizeBytes) throw lengthError(path, header, written);
        hash.update(bytes);
        writeAll(fd, bytes);
      });
    },
    finish: () =>
      guarded(() => {
        if (written !== sizeBytes) throw lengthError(path, header, written);
        fsyncSync(fd);
        closeSync(fd);
        open = false;
        renameSync(temporary, path);
        syncFolder(dirname(path));
        return hash.digest('hex');
      }),
    abort,
  };
}

function lengthError(path: string, header: NpyHeader, writtenBytes: number): Error {
  const wanted = elementCount(header.shape);
  const got = writtenBytes / ELEMENT_BYTES[header.dtype];
  return badArray(path, `its shape [${header.shape.join(', ')}] has ${wanted} elements. Received: ${got}`);
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
}
