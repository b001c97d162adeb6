import { extname } from 'node:path';
import type { Readable } from 'node:stream';

/** One file of a source. */
export interface TreeFile {
  /** Path inside the source, with forward slashes; never absolute, never with `..`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Reading many files in the order of this is fastest. */
  readonly position: number;
  /** The whole content. Rejects with DATA_DAMAGED when it cannot be had as the source promises it. */
  readonly read: () => Promise<Buffer>;
  /** The content as a stream, for files that may be larger than memory. */
  readonly open: () => Promise<Readable>;
}

/** A folder or an archive, seen the same way. Close it. */
export interface FileTree {
  /** What messages call it: the path as the user gave it. */
  readonly name: string;
  /** Sorted by the bytes of their paths. */
  readonly files: readonly TreeFile[];
  readonly close: () => void;
}

/** Why a file of a source is left alone. */
export type IgnoreReason = 'system' | 'notAnImage' | 'outsideLayout';

/** True for what operating systems and archivers leave behind: `__MACOSX/`, `.DS_Store`, `Thumbs.db`, hidden files. */
export function isSystemFile(path: string): boolean {
  return path
    .split('/')
    .some((part) => part === '__MACOSX' || part.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(part));
}

/** True for the names of JPEG and PNG files, the formats of a data set. */
export function hasImageName(path: string): boolean {
  return /^\.(jpe?g|png)$/i.test(extname(path));
}

/** True for CSV files. */
export function hasCsvName(path: string): boolean {
  return extname(path).toLowerCase() === '.csv';
}
