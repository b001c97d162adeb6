import { resolve } from 'node:path';
import { isFermentError } from '../../kit/index.ts';
import { entriesOf, isSingleFile, type Measured, takeManifestText } from '../hash/measured.ts';
import { readSmallFile } from '../hash/read.ts';
import type { Store } from '../store/store.ts';
import type { Gathered } from './gather-inputs.ts';
import type { Session } from './session.ts';

/** Of texts up to this size, so many files and bytes for a stage in total, `why` can say which lines changed. */
const TEXT_BYTES = 64 * 1024;
const ALL_TEXTS_BYTES = 4 * 1024 * 1024;
const MOST_TEXTS = 300;

/**
 * Keeps of a stage's deps what `why` needs to explain a later change: the lists of files of folders, and small texts.
 * Nothing else needs them, so that what cannot be read or written is left out.
 */
export function keepInputs({ root, store }: Session, { measured }: Gathered): void {
  const budget = { files: MOST_TEXTS, bytes: ALL_TEXTS_BYTES };
  for (const dep of measured.values()) {
    try {
      if (!isSingleFile(dep.tree)) store.keepManifest(dep.content.digest, () => takeManifestText(dep));
      keepTexts(store, root, dep, budget);
    } catch (error) {
      if (!isFermentError(error)) throw error;
    }
  }
}

/** All small texts of a dep, or none where they would be too many: then they are data. */
function keepTexts(
  store: Store,
  root: string,
  dep: Measured,
  budget: { files: number; bytes: number },
): void {
  const { content, tree } = dep;
  if (tree.names.length > budget.files) return;
  const files = [...entriesOf(tree, dep.digests)].filter(({ size }) => size > 0 && size <= TEXT_BYTES);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > budget.bytes) return;
  budget.files -= files.length;
  budget.bytes -= bytes;
  for (const { path, digest, size } of files) {
    if (store.has(digest, size)) continue;
    const read = readSmallFile(resolve(root, content.path, path), size);
    if (read?.digest === digest && !read.bytes.includes(0)) store.keep(digest, read.bytes);
  }
}
