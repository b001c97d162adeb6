import { createHash, type Hash, hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest } from '../../kit/index.ts';
import { sha256 } from '../hash/read.ts';
import { unreadable } from '../hash/unreadable.ts';

declare const brand: unique symbol;

/** An MD5 in 32 lower-case hexadecimal digits. Branded, so that no unchecked text becomes a path of DVC's cache. */
export type Md5 = string & { readonly [brand]: 'md5' };

/** What DVC's files say of a content: the MD5 of a file, or of a folder's listing. */
export interface Md5Reference {
  readonly md5: Md5;
  readonly isFolder: boolean;
  /** DVC 2's `md5-dos2unix`: of text, CRLF counts as LF. */
  readonly legacy: boolean;
}

const REFERENCE = /^([0-9a-f]{32})(\.dir)?$/;

/** A checked reference, or undefined for anything that is none: what DVC's files say becomes a path. */
export function parseReference(md5: unknown, hashName: unknown): Md5Reference | undefined {
  if (typeof md5 !== 'string') return undefined;
  const match = REFERENCE.exec(md5);
  if (match === null || (hashName !== undefined && hashName !== 'md5')) return undefined;
  return { md5: match[1] as Md5, isFolder: match[2] !== undefined, legacy: hashName === undefined };
}

/** Both digests of one content. `dos` is its `md5-dos2unix`, for most contents the same as `md5`. */
export interface Hashes {
  readonly digest: Digest;
  readonly md5: Md5;
  readonly dos: Md5;
  readonly size: number;
}

/** The MD5 that a reference means. */
export function md5For(hashes: Hashes, reference: { readonly legacy: boolean }): Md5 {
  return reference.legacy ? hashes.dos : hashes.md5;
}

/** DVC 2 looks at each mebibyte by itself: its first 512 bytes say whether it is text. */
const CHUNK_BYTES = 1024 * 1024;

/** Both digests of bytes in memory: at most one chunk. */
export function hashBytes(bytes: Uint8Array, digest: Digest = sha256(bytes)): Hashes {
  const md5 = hash('md5', bytes, 'hex') as Md5;
  const unix = unixText(bytes);
  return {
    digest,
    md5,
    dos: unix === undefined ? md5 : (hash('md5', unix, 'hex') as Md5),
    size: bytes.length,
  };
}

/** The same for bytes of any number. */
export function hashLargeBytes(bytes: Uint8Array): Hashes {
  if (bytes.length <= CHUNK_BYTES) return hashBytes(bytes);
  const sums = new Sums();
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) sums.update(bytes.subarray(at, at + CHUNK_BYTES));
  return sums.hashes();
}

/** Both digests of a file, in one read. `onBytes` is told how far it is. Throws UNREADABLE. */
export async function hashLargeFile(path: string, onBytes: (count: number) => void): Promise<Hashes> {
  const sums = new Sums();
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    const file = await open(path, 'r');
    try {
      for (;;) {
        const length = await fill(file, chunk);
        if (length === 0) return sums.hashes();
        sums.update(chunk.subarray(0, length));
        onBytes(length);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** The digests of a content that comes chunk by chunk. */
class Sums {
  readonly #sha = createHash('sha256');
  readonly #md5 = createHash('md5');
  /** Needed only from the first line end on that counts otherwise. */
  #dos: Hash | undefined;
  #size = 0;

  update(chunk: Uint8Array): void {
    const unix = unixText(chunk);
    if (unix !== undefined) this.#dos ??= this.#md5.copy();
    this.#sha.update(chunk);
    this.#md5.update(chunk);
    this.#dos?.update(unix ?? chunk);
    this.#size += chunk.length;
  }

  hashes(): Hashes {
    const md5 = this.#md5.digest('hex') as Md5;
    const dos = this.#dos === undefined ? md5 : (this.#dos.digest('hex') as Md5);
    return { digest: this.#sha.digest('hex') as Digest, md5, dos, size: this.#size };
  }
}

async function fill(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<number> {
  let length = 0;
  while (length < chunk.length) {
    const { bytesRead } = await file.read(chunk, length, chunk.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** The bytes with LF for CRLF, or undefined where `md5-dos2unix` takes them as they are. */
function unixText(bytes: Uint8Array): Buffer | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes('\r\n') || !looksLikeText(buffer.subarray(0, 512))) return undefined;
  return Buffer.from(buffer.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** DVC's guess: no NUL, and at most 30 % of the bytes outside of printable ASCII, tab, form feed, backspace, line ends. */
function looksLikeText(block: Uint8Array): boolean {
  let strange = 0;
  for (const byte of block) {
    if (byte === 0) return false;
    const isPlain = (byte >= 32 && byte < 127) || (byte >= 8 && byte <= 13 && byte !== 11);
    if (!isPlain) strange++;
  }
  return strange / block.length <= 0.3;
}
