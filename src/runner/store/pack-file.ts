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

/** A pack on disk, with its index in memory. */
export class Pack {
  readonly path: string;
  readonly name: string;
  /** HEAD_BYTES for each object. */
  readonly index: Buffer;
  readonly count: number;
  #offsets: Float64Array | undefined;

  constructor(path: string, index: Buffer) {
    this.path = path;
    this.name = basename(path, '.pack');
    this.index = index;
    this.count = index.length / HEAD_BYTES;
  }

  sizeAt(row: number): number {
    return headSize(this.index, row * HEAD_BYTES);
  }

  /** Where the object's bytes begin. */
  offsetAt(row: number): number {
    this.#offsets ??= offsetsOf(this.index);
    return this.#offsets[row] ?? 0;
  }
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
    return isIndexOf(trailer, index) ? new Pack(path, index) : 'damaged';
  } catch (error) {
    // EIO and the like: what cannot be read is not there.
    if (errnoOf(error) === undefined) throw error;
    return 'damaged';
  } finally {
    closeSync(fd);
  }
}

/** The records stand one after the other. */
function offsetsOf(index: Buffer): Float64Array {
  const offsets = new Float64Array(index.length / HEAD_BYTES);
  let at = HEADER_BYTES;
  for (let row = 0; row < offsets.length; row++) {
    offsets[row] = at + HEAD_BYTES;
    at += HEAD_BYTES + headSize(index, row * HEAD_BYTES);
  }
  return offsets;
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
