import { resolve } from 'node:path';
import { isSingleFile, type Measured, manifestOf } from '../hash/measured.ts';
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
  const manifest = manifestOf(measured);
  for (const entry of manifest) {
    if (!(await store.keepFile(`${absolute}/${entry.path}`, entry.digest, entry.size)))
      return `${content.path}/${entry.path}`;
  }
  store.keepManifest(manifest);
  return undefined;
}
