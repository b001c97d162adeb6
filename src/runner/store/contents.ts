import { closeSync, type Dirent, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, type Digest, isDigest } from '../../kit/index.ts';
import { readExtents } from './pack-file.ts';
import type { Store } from './store.ts';

/** A run-cache entry as it lies in the store. */
export interface StoredResult {
  readonly fingerprint: Digest;
  /** Absolute. */
  readonly path: string;
}

/** All run-cache entries, in the order of their fingerprints, whether they can be read or not. */
export function listResults(state: string): readonly StoredResult[] {
  return filesIn(join(state, 'runs')).flatMap(({ shard, name, path }) => {
    const fingerprint = resultName(shard, name);
    return isDigest(fingerprint) ? [{ fingerprint, path }] : [];
  });
}

/**
 * Absolute paths of what has no business among objects and results: files by other names, and unfinished temporary
 * ones.
 */
export function listStrangers(state: string): readonly string[] {
  const objects = filesIn(join(state, 'objects')).filter(({ shard, name }) => {
    if (shard === 'pack') return !/^[0-9a-f]{64}\.pack$/.test(name);
    return !isDigest(shard + name);
  });
  const results = filesIn(join(state, 'runs')).filter(
    ({ shard, name }) => !isDigest(resultName(shard, name)),
  );
  return [...objects, ...results].map(({ path }) => path);
}

function resultName(shard: string, name: string): string | undefined {
  return name.startsWith(shard) && name.endsWith('.json') ? name.slice(0, -'.json'.length) : undefined;
}

interface Found {
  /** The folder, or '' for what lies beside the folders. */
  readonly shard: string;
  readonly name: string;
  readonly path: string;
}

function filesIn(folder: string): readonly Found[] {
  return entriesOf(folder).flatMap((entry): readonly Found[] => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [{ shard: '', name: entry.name, path }];
    return entriesOf(path).map(({ name }) => ({ shard: entry.name, name, path: join(path, name) }));
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => compareBytes(a.name, b.name));
  } catch {
    return [];
  }
}

/**
 * The bytes of an object as they are, or undefined when it is not there. Other than the store's own `read` it verifies
 * nothing and moves nothing.
 */
export function peek(store: Store, digest: Digest): Buffer | undefined {
  const packed = store.locate(digest);
  try {
    if (packed === undefined) return readFileSync(store.pathOf(digest));
    for (const { bytes } of readExtents(packed.pack.path, [packed])) return Buffer.from(bytes);
    return undefined;
  } catch {
    return undefined;
  }
}

const MANIFEST_HEAD = '[{"digest":"';

/**
 * The digests of the files that an object names if it is a folder's manifest, without checking it: whoever decides
 * what to keep wants too many rather than too few. None for any other object, and for one that is not there.
 */
export function digestsInManifest(store: Store, digest: Digest): readonly Digest[] {
  const bytes = looksLikeManifest(store, digest) ? peek(store, digest) : undefined;
  return bytes === undefined ? [] : digestsIn(bytes.toString('latin1'));
}

/** Reads the first bytes only: what a lock names may be gigabytes. */
function looksLikeManifest(store: Store, digest: Digest): boolean {
  const packed = store.locate(digest);
  const bytes = Buffer.alloc(MANIFEST_HEAD.length);
  try {
    const fd = openSync(packed?.pack.path ?? store.pathOf(digest), 'r');
    try {
      readSync(fd, bytes, 0, bytes.length, packed?.offset ?? 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  return bytes.toString('latin1') === MANIFEST_HEAD;
}

/** Everything in a text that could be a digest. */
export function digestsIn(text: string): readonly Digest[] {
  const found: readonly string[] = text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
  return found.filter((one) => isDigest(one));
}

/** When a file or its name was last changed, in ms since 1970; Infinity when it is gone. */
export function changedMs(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? Number.POSITIVE_INFINITY;
}
