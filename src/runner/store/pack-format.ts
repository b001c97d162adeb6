import type { Digest } from '../../kit/index.ts';
import { sha256 } from '../hash/read.ts';

/**
 * A pack is one file with many small objects, all numbers little-endian (docs/store.md has the table):
 *
 *     header   "fermpack", version u32, zero u32
 *     record   digest (32 bytes), size u32, then `size` bytes             one for each object
 *     index    digest (32 bytes), size u32                                the records' heads again, in their order
 *     trailer  offset of the index u64, count u32, zero u32, SHA-256 of these 16 bytes and the index,
 *              "kcapmref", version u32, zero u32
 *
 * As in ZIP, what is needed to find things stands at the end, so that a pack is written in one go; as in git's packs
 * each record says what it is, so that a pack without a good index can still be read through.
 */
const MAGIC = Buffer.from('fermpack');
const END_MAGIC = Buffer.from('kcapmref');
const VERSION = 1;

export const HEADER_BYTES = 16;
export const HEAD_BYTES = 36;
export const TRAILER_BYTES = 64;
const DIGEST_BYTES = 32;
const CHECKSUM_AT = 16;
const END_MAGIC_AT = 48;
const END_VERSION_AT = 56;

export function packHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  return header;
}

export function isPackHeader(bytes: Buffer): boolean {
  return bytes.length >= HEADER_BYTES && bytes.subarray(0, HEADER_BYTES).equals(packHeader());
}

/** True for a pack of another version of this format: both its ends say which. */
export function isOtherVersion(header: Buffer, trailer: Buffer): boolean {
  if (header.length !== HEADER_BYTES || trailer.length !== TRAILER_BYTES) return false;
  const version = header.readUInt32LE(MAGIC.length);
  return (
    header.subarray(0, MAGIC.length).equals(MAGIC) &&
    version !== VERSION &&
    trailer.readUInt32LE(END_VERSION_AT) === version
  );
}

/** Writes the head of a record, or an entry of the index, at `at`. */
export function writeHead(into: Buffer, at: number, digest: Digest, size: number): void {
  into.write(digest, at, DIGEST_BYTES, 'hex');
  into.writeUInt32LE(size, at + DIGEST_BYTES);
}

export function headDigest(bytes: Buffer, at: number): Digest {
  return bytes.toString('hex', at, at + DIGEST_BYTES) as Digest;
}

export function headSize(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + DIGEST_BYTES);
}

export function packTrailer(indexOffset: number, index: Buffer): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeBigUInt64LE(BigInt(indexOffset), 0);
  trailer.writeUInt32LE(index.length / HEAD_BYTES, 8);
  trailer.write(checksum(trailer, index), CHECKSUM_AT, 'hex');
  END_MAGIC.copy(trailer, END_MAGIC_AT);
  trailer.writeUInt32LE(VERSION, END_VERSION_AT);
  return trailer;
}

/** Where the index is, or undefined for bytes that are no trailer of a file of this size. */
export function readTrailer(
  trailer: Buffer,
  fileBytes: number,
): { readonly indexOffset: number; readonly indexBytes: number } | undefined {
  if (trailer.length !== TRAILER_BYTES || trailer.readUInt32LE(END_VERSION_AT) !== VERSION) return undefined;
  if (!trailer.subarray(END_MAGIC_AT, END_MAGIC_AT + END_MAGIC.length).equals(END_MAGIC)) return undefined;
  const indexOffset = Number(trailer.readBigUInt64LE(0));
  const indexBytes = trailer.readUInt32LE(8) * HEAD_BYTES;
  return indexOffset >= HEADER_BYTES && indexOffset + indexBytes + TRAILER_BYTES === fileBytes
    ? { indexOffset, indexBytes }
    : undefined;
}

/** True when the index is the one that the trailer was written for. */
export function isIndexOf(trailer: Buffer, index: Buffer): boolean {
  return trailer.toString('hex', CHECKSUM_AT, CHECKSUM_AT + DIGEST_BYTES) === checksum(trailer, index);
}

/** The name of a pack: what is in it, in which order. Who packs the same twice writes the same file. */
export function packName(index: Buffer): string {
  return sha256(index);
}

function checksum(trailer: Buffer, index: Buffer): Digest {
  return sha256(Buffer.concat([trailer.subarray(0, CHECKSUM_AT), index]));
}
