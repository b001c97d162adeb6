import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, digestOf, isDigest, makeFolder, temporaryNameFor } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { sha256 } from './read.ts';
import { bytesOf, STAT_WORDS, type Tree, treeOfJoined } from './tree.ts';

const VERSION = 2;
export const DIGEST_BYTES = 32;

/** How the names of the tables end. */
export const TABLE_SUFFIX = '.tree';

/** What is remembered of a folder: its tree as it was when it was hashed, each file's digest, and what came out. */
export interface TreeTable {
  readonly tree: Tree;
  /** DIGEST_BYTES bytes for each name. */
  readonly digests: Buffer;
  readonly content: { readonly digest: Digest; readonly size: number; readonly files: number };
}

interface Header {
  readonly version: number;
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  readonly files: number;
  readonly namesBytes: number;
  /** Of everything after the header. */
  readonly checksum: string;
}

export function packDigests(digests: readonly Digest[]): Buffer {
  return Buffer.from(digests.join(''), 'hex');
}

export function unpackDigests(bytes: Buffer): readonly Digest[] {
  // Pieces of one text: writing each in hexadecimal takes ten times as long.
  const text = bytes.toString('hex');
  const digitsOfOne = 2 * DIGEST_BYTES;
  return Array.from(
    { length: bytes.length / DIGEST_BYTES },
    (_, row) => text.slice(row * digitsOfOne, (row + 1) * digitsOfOne) as Digest,
  );
}

/** Where the table of a path is. */
export function tablePath(indexFolder: string, path: ProjectPath): string {
  return join(indexFolder, `${digestOf(path).slice(0, 32)}${TABLE_SUFFIX}`);
}

/** Reads a table that was saved for `path`; a missing, damaged or foreign file is as good as none. */
export function loadTable(file: string, path: string): TreeTable | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const end = bytes.indexOf(10);
  const header = parseHeader(bytes.subarray(0, Math.max(end, 0)).toString());
  if (header === undefined || header.path !== path || !isDigest(header.digest)) return undefined;
  const body = bytes.subarray(end + 1);
  const statsBytes = header.files * STAT_WORDS * 8;
  if (body.length !== header.namesBytes + statsBytes + header.files * DIGEST_BYTES) return undefined;
  if (sha256(body) !== header.checksum) return undefined;
  const stats = new Float64Array(header.files * STAT_WORDS);
  bytesOf(stats).set(body.subarray(header.namesBytes, header.namesBytes + statsBytes));
  const tree = treeOfJoined(body.toString('utf8', 0, header.namesBytes), stats);
  if (tree === undefined) return undefined;
  return {
    tree,
    digests: body.subarray(header.namesBytes + statsBytes),
    content: { digest: header.digest, size: header.size, files: header.files },
  };
}

function parseHeader(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Header;
    const counts = [header.size, header.files, header.namesBytes];
    return header.version === VERSION && counts.every((n) => Number.isSafeInteger(n) && n >= 0)
      ? header
      : undefined;
  } catch {
    return undefined;
  }
}

/** Saves a table by replacing the file. It is a memory only: a failure to write it costs time, never a result. */
export function saveTable(file: string, path: string, table: TreeTable): void {
  const names = Buffer.from(table.tree.joinedNames);
  const body = Buffer.concat([names, bytesOf(table.tree.stats), table.digests]);
  const header: Header = {
    version: VERSION,
    path,
    ...table.content,
    namesBytes: names.length,
    checksum: sha256(body),
  };
  replaceQuietly(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
}

/** Replaces a file of the index by rename, without the fsync that only what cannot be recomputed needs. */
export function replaceQuietly(file: string, bytes: string | Uint8Array): void {
  const temporary = temporaryNameFor(file);
  try {
    makeFolder(dirname(file));
    writeFileSync(temporary, bytes, { flag: 'wx' });
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}
