import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Digest, FermentError } from '../../kit/index.ts';
import { rowsByName, sameRow, sizeAt } from './measured.ts';
import { hashFile, readSmallFile, SMALL_FILE_BYTES } from './read.ts';
import { digestAt, type TreeTable } from './tree-table.ts';
import type { Tree } from './walk.ts';

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

/** The digests of the rows that are as they were when the table was written; undefined for the others. */
export function recallDigests(table: TreeTable | undefined, tree: Tree): (Digest | undefined)[] {
  if (table === undefined) return tree.names.map(() => undefined);
  const old = table.tree;
  let known: Map<string, number> | undefined;
  const rowOf = (name: string, row: number): number | undefined => {
    // Folders list their files in the same order as before, until files come or go.
    if (old.names[row] === name) return row;
    known ??= rowsByName(old);
    return known.get(name);
  };
  return tree.names.map((name, row) => {
    const then = rowOf(name, row);
    return then !== undefined && sameRow(old, then, tree, row) ? digestAt(table, then) : undefined;
  });
}

/** Hashes the files of a folder whose digests are not known. Throws UNREADABLE, and what the sink throws. */
export async function hashRows(
  folder: string,
  tree: Tree,
  known: readonly (Digest | undefined)[],
  sink: ObjectSink | undefined,
): Promise<readonly Digest[]> {
  const digests = [...known];
  const rows = [...digests.keys()].filter((row) => digests[row] === undefined);
  const small = rows.filter((row) => sizeAt(tree, row) <= PACKED_FILE_BYTES).length;
  const pack = small >= PACK_FILES ? sink?.pack?.(small) : undefined;
  try {
    for (const [i, row] of rows.entries()) {
      const size = sizeAt(tree, row);
      const digest = hashOne(`${folder}/${tree.names[row]}`, size, sink, pack);
      digests[row] = typeof digest === 'string' ? digest : await digest;
      if (i % BATCH === BATCH - 1) await nextTurn();
    }
  } catch (error) {
    pack?.abort();
    throw error;
  }
  await pack?.close();
  return digests.map((digest, row) => digest ?? missingDigest(tree.names[row]));
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

function missingDigest(name: string | undefined): never {
  throw new FermentError('INTERNAL', `No digest was computed for ${name}.`);
}
