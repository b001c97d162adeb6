import { statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { compareBytes, FermentError, formatBytes, isFermentError, messageOf } from '../../../kit/index.ts';
import { explainReadError } from '../read-error.ts';
import { HEAD_BYTES, refuseOtherKinds } from './packing.ts';
import type { FileTree, TreeFile } from './tree.ts';
import { WindowReader } from './window-reader.ts';

/** An image of a face data set has some kilobytes; whoever declares more than this for one file means harm. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
/** And for all files together. */
const MAX_TOTAL_BYTES = 64 * 2 ** 30;
const DEFLATED = 8;
const UNIX_TYPE_MASK = 0o170000;
const UNIX_LINK = 0o120000;

interface Archive {
  readonly name: string;
  readonly zip: ZipFile;
  readonly reader: WindowReader;
}

/**
 * Opens a zip archive as a source, reading its directory only. Throws DATA_DAMAGED when it is no zip, is cut short,
 * holds a path that leads out of it, or declares absurd sizes. Links in it are left out.
 */
export async function openZipTree(path: string): Promise<FileTree> {
  const reader = openReader(path);
  try {
    refuseOtherKinds(path, startOf(reader, path));
    const zip = await fromRandomAccessReaderPromise(reader, statSync(path).size, { autoClose: false });
    const archive = { name: path, zip, reader };
    const files: TreeFile[] = [];
    let totalBytes = 0;
    for await (const entry of zip.eachEntry()) {
      const inside = plainPath(entry.fileName);
      if (inside.includes('\0'))
        throw damaged(path, `no name can have a zero byte, as ${JSON.stringify(inside)} has`);
      if (entry.fileName.endsWith('/') || inside === '' || isLink(entry)) continue;
      totalBytes += entry.uncompressedSize;
      if (totalBytes > MAX_TOTAL_BYTES)
        throw damaged(path, `its files would take more than ${formatBytes(MAX_TOTAL_BYTES)}`);
      files.push(fileOf(archive, entry, inside));
    }
    files.sort((a, b) => compareBytes(a.path, b.path));
    return { name: path, files, close: () => zip.close() };
  } catch (error) {
    reader.close(() => {});
    throw isFermentError(error) ? error : damaged(path, explain(messageOf(error)), error);
  }
}

function openReader(path: string): WindowReader {
  try {
    return new WindowReader(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}

function startOf(reader: WindowReader, path: string): Buffer {
  const head = Buffer.alloc(Math.min(HEAD_BYTES, statSync(path).size));
  reader.readAt(head, 0);
  return head;
}

function isLink(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_LINK;
}

/** yauzl's words for what users meet most, in ours. */
function explain(message: string): string {
  if (/end of central directory/i.test(message) || /unexpected end of file/i.test(message))
    return 'it is cut short, or no zip archive';
  if (/relative path|absolute path|invalid characters/i.test(message))
    return `it holds a path that leads out of the archive (${message})`;
  return message;
}

/** `./train//happy/a.jpg`, as `zip` and `tar` of a dot write it, is `train/happy/a.jpg`; yauzl has refused `..`. */
function plainPath(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function fileOf(archive: Archive, entry: Entry, path: string): TreeFile {
  return {
    path,
    sizeBytes: entry.uncompressedSize,
    position: entry.relativeOffsetOfLocalHeader,
    read: () => guarded(archive, entry, () => readEntry(archive, entry)),
    open: () => guarded(archive, entry, () => streamEntry(archive, entry)),
  };
}

async function guarded<T>(archive: Archive, entry: Entry, work: () => Promise<T>): Promise<T> {
  if (entry.isEncrypted())
    throw unreadable(archive.name, `${entry.fileName} is encrypted, and no password can be given`);
  if (!entry.canDecodeFileData())
    throw unreadable(
      archive.name,
      `${entry.fileName} is compressed by method ${entry.compressionMethod}; stored and deflated files can be read`,
    );
  try {
    return await work();
  } catch (error) {
    if (isFermentError(error)) throw error;
    throw damaged(archive.name, `${entry.fileName} cannot be read (${explain(messageOf(error))})`, error);
  }
}

async function readEntry({ name, zip, reader }: Archive, entry: Entry): Promise<Buffer> {
  if (Math.max(entry.uncompressedSize, entry.compressedSize) > MAX_FILE_BYTES)
    throw damaged(name, `${entry.fileName} declares ${formatBytes(entry.uncompressedSize)}`);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const raw = Buffer.alloc(entry.compressedSize);
  reader.readAt(raw, fileDataStart);
  const data = entry.compressionMethod === DEFLATED ? inflate(raw, entry.uncompressedSize) : raw;
  if (data.length !== entry.uncompressedSize)
    throw damaged(
      name,
      `${entry.fileName} should have ${entry.uncompressedSize} bytes. Received: ${data.length}`,
    );
  if (crc32(data) !== entry.crc32) throw damaged(name, `${entry.fileName} fails its checksum`);
  return data;
}

function inflate(raw: Buffer, declaredBytes: number): Buffer {
  return inflateRawSync(raw, { maxOutputLength: Math.max(1, declaredBytes) });
}

async function streamEntry({ name, zip }: Archive, entry: Entry): Promise<Readable> {
  const stream = await zip.openReadStreamPromise(entry);
  return Readable.from(checked(stream, name, entry), { objectMode: false });
}

async function* checked(stream: Readable, name: string, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of stream) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw damaged(name, `${entry.fileName} cannot be read (${explain(messageOf(error))})`, error);
  }
  if (sum !== entry.crc32) throw damaged(name, `${entry.fileName} fails its checksum`);
}

function damaged(name: string, problem: string, cause?: unknown): FermentError {
  return new FermentError('DATA_DAMAGED', `Cannot use the archive ${name}: ${problem}.`, {
    hint: 'Get the archive again, and compare its size and SHA-256 with what its source says.',
    cause,
  });
}

/** A whole archive, but of a kind that others unpack. */
function unreadable(name: string, problem: string): FermentError {
  return new FermentError('DATA_DAMAGED', `Cannot use the archive ${name}: ${problem}.`, {
    hint: 'Unpack it with the program that made it, and name the folder that comes out (source: folder).',
  });
}
