import { createHash } from 'node:crypto';
import { compareBytes, type Digest, FermentError, isDigest } from '../../kit/index.ts';

/** One file of a folder. */
export interface ManifestEntry {
  /** Below the folder, with forward slashes. */
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
  readonly executable?: true;
}

/** A folder's files, sorted by the bytes of their paths. Its canonical JSON is an object whose digest is the folder's. */
export type Manifest = readonly ManifestEntry[];

/** Rows of JSON in one piece of text: large enough to be fast, small enough to be garbage at once. */
const ROWS = 1000;

/** The canonical JSON of a manifest in pieces, from the JSON of its rows, which are sorted. */
export function* joinRows(rows: Iterable<string>): Generator<string> {
  let text = '[';
  let count = 0;
  for (const row of rows) {
    text += count === 0 ? row : `,${row}`;
    count++;
    if (count % ROWS !== 0) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

/** One row, written by hand because a folder may have a million files. `path` is JSON already. */
export function rowText(digest: Digest, isExecutable: boolean, path: string, size: number): string {
  return `{"digest":"${digest}",${isExecutable ? '"executable":true,' : ''}"path":${path},"size":${size}}`;
}

/** The canonical JSON, in pieces, of a manifest whose entries are sorted. */
export function manifestText(entries: Iterable<ManifestEntry>): Iterable<string> {
  return joinRows(rowsOf(entries));
}

function* rowsOf(entries: Iterable<ManifestEntry>): Generator<string> {
  for (const { path, size, digest, executable } of entries)
    yield rowText(digest, executable === true, JSON.stringify(path), size);
}

/** A text in pieces as bytes. */
export function bytesOfText(pieces: Iterable<string>): Buffer {
  return Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
}

/** The digest of a manifest in pieces. */
export function digestOfText(pieces: Iterable<string>): Digest {
  const hash = createHash('sha256');
  for (const text of pieces) hash.update(text);
  return hash.digest('hex') as Digest;
}

/** The digest of a manifest whose entries are sorted. */
export function digestOfManifest(entries: Iterable<ManifestEntry>): Digest {
  return digestOfText(manifestText(entries));
}

/**
 * Reads a manifest of unknown origin. Throws OBJECT_DAMAGED for anything but a sorted list of entries whose paths
 * stay below the folder: no absolute path, no `..`, no `.git` or `.ferment`, no file under a file, no path twice.
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
  if (!Array.isArray(value)) throw damaged('it is not a list');
  let previous: ManifestEntry | undefined;
  let folder = '';
  const files = new Set<string>();
  return value.map((raw: unknown) => {
    const entry = parseEntry(raw);
    const { path } = entry;
    if (previous !== undefined && compareBytes(previous.path, path) >= 0)
      throw damaged(`${JSON.stringify(path)} is out of order`);
    // What holds for the folder of one file holds for that of the next: a file of its name would have come before.
    if (!isIn(folder, path)) {
      if (!isSafeRelativePath(path)) throw damaged(`the path ${JSON.stringify(path)} leaves its folder`);
      const under = ancestorsOf(path).find((above) => files.has(above));
      if (under !== undefined) throw damaged(`${JSON.stringify(path)} lies under a file`);
      folder = path.slice(0, path.lastIndexOf('/') + 1);
    } else if (!isSafeRelativePath(path.slice(folder.length)))
      throw damaged(`the path ${JSON.stringify(path)} leaves its folder`);
    files.add(path);
    previous = entry;
    return entry;
  });
}

/** True for a file in this very folder, of which the name ends in a slash. */
function isIn(folder: string, path: string): boolean {
  return folder !== '' && path.lastIndexOf('/') === folder.length - 1 && path.startsWith(folder);
}

function parseEntry(raw: unknown): ManifestEntry {
  if (typeof raw !== 'object' || raw === null) throw damaged('an entry is not an object');
  const { path, size, digest, executable } = raw as Record<string, unknown>;
  if (typeof path !== 'string') throw damaged(`the path ${JSON.stringify(path)} is not text`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || !isDigest(digest))
    throw damaged(`${JSON.stringify(path)} has no proper size and digest`);
  return executable === true ? { path, size, digest, executable } : { path, size, digest };
}

const FORBIDDEN = /^(?:\.git|\.ferment)$/i;

/** True for a normalised path that stays below its folder and reaches into no `.git` or `.ferment`. */
export function isSafeRelativePath(path: string): boolean {
  if (path === '' || path.includes('\0')) return false;
  if (process.platform === 'win32' && /[\\:]/.test(path)) return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !FORBIDDEN.test(part));
}

function ancestorsOf(path: string): string[] {
  const result: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) result.push(path.slice(0, at));
  return result;
}

function damaged(problem: string, cause?: unknown): FermentError {
  return new FermentError('OBJECT_DAMAGED', `A folder's manifest is not valid: ${problem}.`, {
    hint: 'It is treated as missing; the stage that makes the folder can run again.',
    cause,
  });
}
