import { resolve } from 'node:path';
import { PACK_FILES, PACKED_FILE_BYTES } from '../hash/hash-rows.ts';
import type { ManifestEntry } from '../hash/manifest.ts';
import { entriesOf, isSingleFile, type Measured, takeManifestText } from '../hash/measured.ts';
import { readSmallFile } from '../hash/read.ts';
import type { Store } from './store.ts';

/**
 * Stores a measured path: its files, and for a folder then its manifest, so that a manifest in the store always has
 * its files. Returns the path of a file that changed since it was measured, or undefined when all is stored.
 */
export async function keepContent(
  store: Store,
  root: string,
  measured: Measured,
): Promise<string | undefined> {
  const { content, tree } = measured;
  const absolute = resolve(root, content.path);
  if (isSingleFile(tree))
    return (await store.keepFile(absolute, content.digest, content.size)) ? undefined : content.path;
  const changed = await keepFiles(store, absolute, entriesOf(tree, measured.digests));
  if (changed !== undefined) return `${content.path}/${changed.path}`;
  store.keepManifest(content.digest, () => takeManifestText(measured));
  return undefined;
}

/** Stores the files that are not yet; returns one that changed meanwhile. */
async function keepFiles(
  store: Store,
  folder: string,
  entries: Iterable<ManifestEntry>,
): Promise<ManifestEntry | undefined> {
  const missing: ManifestEntry[] = [];
  for (const entry of entries) if (!store.has(entry.digest, entry.size)) missing.push(entry);
  const small = missing.filter(({ size }) => size <= PACKED_FILE_BYTES);
  const changed = small.length >= PACK_FILES ? await packFiles(store, folder, small) : undefined;
  if (changed !== undefined) return changed;
  for (const entry of missing)
    if (!(await store.keepFile(`${folder}/${entry.path}`, entry.digest, entry.size))) return entry;
  return undefined;
}

async function packFiles(
  store: Store,
  folder: string,
  entries: readonly ManifestEntry[],
): Promise<ManifestEntry | undefined> {
  const pack = store.pack(entries.length);
  try {
    for (const entry of entries) {
      const read = readSmallFile(`${folder}/${entry.path}`, entry.size);
      if (read?.digest !== entry.digest) {
        pack.abort();
        return entry;
      }
      pack.add(read.digest, read.bytes);
    }
  } catch (error) {
    pack.abort();
    throw error;
  }
  await pack.close();
  return undefined;
}
