import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, errnoOf, explainWriteError } from '../../kit/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import { hashFile, readSmallFile, SMALL_FILE_BYTES } from '../hash/read.ts';
import { unreadable } from '../hash/walk.ts';
import type { Content } from '../model.ts';
import { missingObject, type Store } from './store.ts';

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
    mkdirSync(dirname(target), { recursive: true });
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
  for (const entry of manifest) {
    const path = join(target, entry.path);
    const folder = dirname(path);
    if (!made.has(folder)) {
      mkdirSync(folder, { recursive: true });
      made.add(folder);
    }
    const written = writeVerified(store, entry.digest, path, entry.executable === true);
    if (written !== undefined) await written;
  }
}

/** Copies one object, and compares what was copied with its name. Small ones go in one turn. */
function writeVerified(
  store: Store,
  digest: Digest,
  path: string,
  executable: boolean,
): Promise<void> | undefined {
  const object = store.pathOf(digest);
  const size = sizeOfObject(object, digest);
  const mode = executable ? 0o777 : 0o666;
  if (size > SMALL_FILE_BYTES) return copyVerified(store, digest, size, path, mode);
  const read = readSmallFile(object, size);
  if (read?.digest !== digest) throw store.quarantine(digest);
  const fd = openSync(path, 'wx', mode);
  try {
    for (let at = 0; at < read.bytes.length; ) at += writeSync(fd, read.bytes, at);
  } finally {
    closeSync(fd);
  }
  return undefined;
}

async function copyVerified(
  store: Store,
  digest: Digest,
  size: number,
  path: string,
  mode: number,
): Promise<void> {
  copyFileSync(store.pathOf(digest), path, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(path, mode & ~process.umask());
  if ((await hashFile(path, size)) !== digest) throw store.quarantine(digest);
}

function sizeOfObject(path: string, digest: Digest): number {
  try {
    return lstatSync(path).size;
  } catch (error) {
    throw errnoOf(error) === 'ENOENT' ? missingObject(digest) : unreadable(error, path);
  }
}
