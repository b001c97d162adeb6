import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { type Digest, errnoOf } from '../../kit/index.ts';
import {
  HEAD_BYTES,
  HEADER_BYTES,
  headDigest,
  headSize,
  isIndexOf,
  isOtherVersion,
  isPackHeader,
  readTrailer,
  TRAILER_BYTES,
} from './pack-format.ts';

/** Larger records are not written, and so not believed. */
const MAX_RECORD_BYTES = 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;

/** A pack on disk, with its index in memory: HEAD_BYTES for each object, and where its bytes begin. */
export interface Pack {
  readonly path: string;
  readonly name: string;
  readonly index: Buffer;
  readonly offsets: Float64Array;
  readonly count: number;
  readonly fileBytes: number;
}

/**
 * Reads the index of a pack. `damaged` is a pack whose index cannot be trusted; its records may still be good.
 * `gone` is one that was removed meanwhile; `foreign` one of another version of the format, to be left alone.
 */
export function loadPack(path: string): Pack | 'damaged' | 'gone' | 'foreign' {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'gone' : 'damaged';
  }
  try {
    const fileBytes = fstatSync(fd).size;
    const header = readAt(fd, 0, HEADER_BYTES);
    const trailer = readAt(fd, Math.max(0, fileBytes - TRAILER_BYTES), TRAILER_BYTES);
    if (isOtherVersion(header, trailer)) return 'foreign';
    const place = isPackHeader(header) ? readTrailer(trailer, fileBytes) : undefined;
    if (place === undefined) return 'damaged';
    const index = readAt(fd, place.indexOffset, place.indexBytes);
    const offsets = isIndexOf(trailer, index) ? offsetsOf(index, place.indexOffset) : undefined;
    if (offsets === undefined) return 'damaged';
    return { path, name: basename(path, '.pack'), index, offsets, count: offsets.length, fileBytes };
  } catch (error) {
    // EIO and the like: what cannot be read is not there.
    if (errnoOf(error) === undefined) throw error;
    return 'damaged';
  } finally {
    closeSync(fd);
  }
}

/** Where each object's bytes begin, or undefined for an index that does not fill the space before it. */
function offsetsOf(index: Buffer, indexOffset: number): Float64Array | undefined {
  const offsets = new Float64Array(index.length / HEAD_BYTES);
  let at = HEADER_BYTES;
  for (let i = 0; i < offsets.length; i++) {
    const size = headSize(index, i * HEAD_BYTES);
    if (size > MAX_RECORD_BYTES) return undefined;
    offsets[i] = at + HEAD_BYTES;
    at += HEAD_BYTES + size;
  }
  return at === indexOffset ? offsets : undefined;
}

/** One object's place in a pack file. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/**
 * The bytes of extents that are sorted by offset, read in large pieces. Each is good until the next; one that lies
 * beyond the end of the file comes short. Throws what opening and reading throw.
 */
export function* readExtents<T extends Extent>(
  path: string,
  extents: Iterable<T>,
): Generator<{ readonly extent: T; readonly bytes: Buffer }> {
  const fd = openSync(path, 'r');
  try {
    let window: Buffer = Buffer.alloc(0);
    let start = 0;
    for (const extent of extents) {
      const { offset, size } = extent;
      if (offset < start || offset + size > start + window.length) {
        window = readAt(fd, offset, Math.max(size, WINDOW_BYTES));
        start = offset;
      }
      yield { extent, bytes: window.subarray(offset - start, offset - start + size) };
    }
  } finally {
    closeSync(fd);
  }
}

/** The records of a pack without a good index, as far as they can be followed. Nothing is verified. */
export function* scanRecords(path: string): Generator<Extent & { readonly digest: Digest }> {
  const fd = openSync(path, 'r');
  try {
    const end = fstatSync(fd).size;
    let window: Buffer = Buffer.alloc(0);
    let start = 0;
    for (let at = HEADER_BYTES; at + HEAD_BYTES <= end; ) {
      if (at < start || at + HEAD_BYTES > start + window.length) {
        window = readAt(fd, at, WINDOW_BYTES);
        start = at;
      }
      const size = headSize(window, at - start);
      const next = at + HEAD_BYTES + size;
      if (size > MAX_RECORD_BYTES || next > end) return;
      yield { digest: headDigest(window, at - start), offset: at + HEAD_BYTES, size };
      at = next;
    }
  } finally {
    closeSync(fd);
  }
}

/** Reads up to `length` bytes; fewer at the end of the file. */
function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
