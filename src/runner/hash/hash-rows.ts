import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../../kit/index.ts';
import { rowComparer, rowsByName, sizeAt } from './measured.ts';
import { hashFile, readSmallFile, SMALL_FILE_BYTES } from './read.ts';
import { otherRows, sameNames, type Tree } from './tree.ts';
import { DIGEST_BYTES, type TreeTable } from './tree-table.ts';

/** Takes what is hashed while it is in memory, so that storing it reads nothing twice. */
export interface ObjectSink {
  keep(digest: Digest, bytes: Uint8Array): void;
  /** Begins to take about `count` small files of one folder. */
  pack?(count: number): ObjectPack;
  /** Hashes a file that is too large to be in memory, in place of the hasher. */
  hashLarge?(path: string, sizeBytes: number): Promise<Digest>;
}

/** Small files on their way into the store: they are there when it is closed. */
export interface ObjectPack {
  add(digest: Digest, bytes: Uint8Array): void;
  close(): Promise<void>;
  abort(): void;
}

/** Files up to this size are stored together where a folder has as many as PACK_FILES of them that are new. */
export const PACKED_FILE_BYTES = 64 * 1024;
export const PACK_FILES = 64;

/** Files hashed in a row before the event loop gets a turn. */
const BATCH = 1000;

/** What is known of the digests of a folder's files before any is read. */
export interface Recalled {
  /** DIGEST_BYTES for each file. */
  readonly digests: Buffer;
  /** The rows without a digest. */
  readonly missing: readonly number[];
}

/** The digests of the rows that are as they were when the table was written. */
export function recallDigests(table: TreeTable | undefined, tree: Tree): Recalled {
  if (table === undefined)
    return {
      digests: Buffer.alloc(tree.count * DIGEST_BYTES),
      missing: Array.from({ length: tree.count }, (_, row) => row),
    };
  if (sameNames(table.tree, tree))
    return { digests: Buffer.from(table.digests), missing: otherRows(table.tree, tree) };
  const digests = Buffer.alloc(tree.count * DIGEST_BYTES);
  const missing: number[] = [];
  const rowOf = rowFinder(table.tree, tree);
  const isSameRow = rowComparer(table.tree, tree);
  for (let row = 0; row < tree.count; row++) {
    const then = rowOf(row);
    if (then === undefined || !isSameRow(then, row)) missing.push(row);
    else table.digests.copy(digests, row * DIGEST_BYTES, then * DIGEST_BYTES, (then + 1) * DIGEST_BYTES);
  }
  return { digests, missing };
}

/** Finds the row that a file of the new tree had in the old one. */
export function rowFinder(old: Tree, now: Tree): (row: number) => number | undefined {
  if (sameNames(old, now)) return (row) => row;
  let known: Map<string, number> | undefined;
  return (row) => {
    const name = now.names[row];
    // Folders list their files in the same order as before, until files come or go.
    if (name === undefined || old.names[row] === name) return row;
    known ??= rowsByName(old);
    return known.get(name);
  };
}

/** Hashes the files of a folder whose digests are not known. Throws UNREADABLE, and what the sink throws. */
export async function hashRows(
  folder: string,
  tree: Tree,
  { digests, missing }: Recalled,
  sink: ObjectSink | undefined,
): Promise<Buffer> {
  const small = missing.filter((row) => sizeAt(tree, row) <= PACKED_FILE_BYTES).length;
  const pack = small >= PACK_FILES ? sink?.pack?.(small) : undefined;
  try {
    for (const [i, row] of missing.entries()) {
      const size = sizeAt(tree, row);
      const digest = hashOne(`${folder}/${tree.names[row]}`, size, sink, pack);
      digests.write(typeof digest === 'string' ? digest : await digest, row * DIGEST_BYTES, 'hex');
      if (i % BATCH === BATCH - 1) await nextTurn();
    }
  } catch (error) {
    pack?.abort();
    throw error;
  }
  await pack?.close();
  return digests;
}

/** The digest of one file, at once where it is small. */
export function hashOne(
  path: string,
  sizeBytes: number,
  sink: ObjectSink | undefined,
  pack?: ObjectPack,
): Digest | Promise<Digest> {
  if (sizeBytes <= SMALL_FILE_BYTES) {
    const read = readSmallFile(path, sizeBytes);
    if (read !== undefined) {
      if (pack !== undefined && read.bytes.length <= PACKED_FILE_BYTES) pack.add(read.digest, read.bytes);
      else sink?.keep(read.digest, read.bytes);
      return read.digest;
    }
  }
  return sink?.hashLarge?.(path, sizeBytes) ?? hashFile(path, sizeBytes);
}
