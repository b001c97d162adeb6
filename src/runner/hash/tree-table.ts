import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, isDigest, temporaryNameFor } from '../../kit/index.ts';
import { sha256 } from './read.ts';
import { STAT_WORDS, type Tree } from './walk.ts';

const VERSION = 1;
const DIGEST_BYTES = 32;

/** What is remembered of a folder: its tree as it was when it was hashed, each file's digest, and what came out. */
export interface TreeTable {
  readonly tree: Tree;
  /** DIGEST_BYTES bytes for each name. */
  readonly digests: Uint8Array;
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

/** The digest of the file in row `row`. */
export function digestAt(table: TreeTable, row: number): Digest {
  const at = row * DIGEST_BYTES;
  return Buffer.from(table.digests.buffer, table.digests.byteOffset + at, DIGEST_BYTES).toString(
    'hex',
  ) as Digest;
}

export function packDigests(digests: readonly Digest[]): Uint8Array {
  return Buffer.from(digests.join(''), 'hex');
}

/** True when both trees list the same files with the same times, sizes and places: then the content is the same. */
export function sameTree(a: Tree, b: Tree): boolean {
  return a.names.length === b.names.length && sameBytes(a.stats, b.stats) && sameNames(a.names, b.names);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.every((name, i) => name === b[i]);
}

function sameBytes(a: BigUint64Array, b: BigUint64Array): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf(array: BigUint64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
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
  const names = header.files === 0 ? [] : body.toString('utf8', 0, header.namesBytes).split('\0');
  if (names.length !== header.files) return undefined;
  const stats = new BigUint64Array(header.files * STAT_WORDS);
  bytesOf(stats).set(body.subarray(header.namesBytes, header.namesBytes + statsBytes));
  return {
    tree: { names, stats },
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
  const names = Buffer.from(table.tree.names.join('\0'));
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
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, bytes, { flag: 'wx' });
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}
