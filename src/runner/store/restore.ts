import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Digest, errnoOf, explainWriteError, makeFolder } from '../../kit/index.ts';
import type { Manifest, ManifestEntry } from '../hash/manifest.ts';
import { readSmallFile, SMALL_FILE_BYTES, sha256 } from '../hash/read.ts';
import { copyAndHash } from '../hash/stream.ts';
import { unreadable } from '../hash/unreadable.ts';
import type { Content } from '../model.ts';
import { type Extent, readExtents } from './pack-file.ts';
import type { Store } from './store.ts';

/** Files written in a row before the event loop gets a turn. */
const BATCH = 1000;

/**
 * Writes a content from the store to `target`, which must not exist, verifying every object on the way. A damaged
 * object is quarantined. On any error nothing is left at `target`.
 * Returns the manifest of a folder. Throws OBJECT_MISSING, OBJECT_DAMAGED, NO_SPACE, STORE_UNWRITABLE.
 */
export async function stageContent(
  store: Store,
  content: Content,
  target: string,
): Promise<Manifest | undefined> {
  try {
    makeFolder(dirname(target));
    if (content.kind === 'file') {
      await writeVerified(store, content.digest, target, content.executable === true);
      return undefined;
    }
    const manifest = store.readManifest(content.digest);
    await stageFolder(store, manifest, target);
    return manifest;
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw explainWriteError(error, target);
  }
}

/** True when every object of a content exists; their bytes are verified when they are restored. */
export function isStored(store: Store, content: Content): boolean {
  if (content.kind === 'file') return store.has(content.digest, content.size);
  if (!store.has(content.digest)) return false;
  try {
    return store.readManifest(content.digest).every((entry) => store.has(entry.digest, entry.size));
  } catch {
    return false;
  }
}

async function stageFolder(store: Store, manifest: Manifest, target: string): Promise<void> {
  mkdirSync(target);
  const made = new Set<string>();
  const pathFor = ({ path }: ManifestEntry): string => {
    const folder = dirname(path);
    if (!made.has(folder)) makeFolder(join(target, folder));
    made.add(folder);
    return `${target}/${path}`;
  };
  const { loose, packs } = sortByPlace(store, manifest);
  for (const [path, entries] of packs) await unpack(store, path, entries, pathFor);
  for (const entry of loose)
    await writeVerified(store, entry.digest, pathFor(entry), entry.executable === true);
}

/** A file of a folder that comes out of a pack. */
interface PackedEntry extends Extent {
  readonly entry: ManifestEntry;
}

/** The packed files by pack, in the order in which they lie there, and the others. */
function sortByPlace(
  store: Store,
  manifest: Manifest,
): { readonly loose: readonly ManifestEntry[]; readonly packs: ReadonlyMap<string, readonly PackedEntry[]> } {
  const loose: ManifestEntry[] = [];
  const packs = new Map<string, PackedEntry[]>();
  for (const entry of manifest) {
    const packed = store.locate(entry.digest);
    if (packed === undefined) {
      loose.push(entry);
      continue;
    }
    const { pack, offset, size } = packed;
    const entries = packs.get(pack.path) ?? [];
    if (entries.length === 0) packs.set(pack.path, entries);
    entries.push({ entry, offset, size });
  }
  for (const entries of packs.values()) entries.sort((a, b) => a.offset - b.offset);
  return { loose, packs };
}

async function unpack(
  store: Store,
  pack: string,
  entries: readonly PackedEntry[],
  pathFor: (entry: ManifestEntry) => string,
): Promise<void> {
  const [first] = entries;
  if (first === undefined) return;
  let written = 0;
  try {
    for (const { extent, bytes } of readExtents(pack, entries)) {
      const { digest, executable } = extent.entry;
      if (sha256(bytes) !== digest) throw store.quarantine(digest);
      writeNew(pathFor(extent.entry), bytes, modeFor(executable === true));
      if (++written % BATCH === 0) await nextTurn();
    }
  } catch (error) {
    // Removed between looking and reading: what it held is somewhere else by now, or nowhere.
    if (errnoOf(error) === 'ENOENT' && !existsSync(pack)) throw store.missing(first.entry.digest);
    throw error;
  }
}

/** Copies one object, and compares what was copied with its name. */
async function writeVerified(store: Store, digest: Digest, path: string, executable: boolean): Promise<void> {
  const mode = modeFor(executable);
  if (store.locate(digest) !== undefined) return writeNew(path, store.read(digest), mode);
  const object = store.pathOf(digest);
  const size = sizeOfObject(store, digest);
  if (size <= SMALL_FILE_BYTES) {
    const read = readSmallFile(object, size);
    if (read?.digest !== digest) throw store.quarantine(digest);
    return writeNew(path, read.bytes, mode);
  }
  const copied = await copyAndHash(object, path);
  chmodSync(path, mode & ~process.umask());
  if (copied !== digest) throw store.quarantine(digest);
}

function modeFor(executable: boolean): number {
  return executable ? 0o777 : 0o666;
}

function writeNew(path: string, bytes: Uint8Array, mode: number): void {
  const fd = openSync(path, 'wx', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
}

function sizeOfObject(store: Store, digest: Digest): number {
  const path = store.pathOf(digest);
  try {
    return lstatSync(path).size;
  } catch (error) {
    throw errnoOf(error) === 'ENOENT' ? store.missing(digest) : unreadable(error, path);
  }
}
