import { bytesOfText, manifestText } from '../hash/manifest.ts';
import { keepContent } from '../store/keep-content.ts';
import type { Contents } from './contents.ts';
import { type Found, manifestOfRows } from './finder.ts';

/**
 * Stores what was found, as far as it is not stored yet; on a dry run it is only counted. Returns the path of a file
 * that changed since it was read, or undefined. Throws NO_SPACE, STORE_UNWRITABLE.
 */
export async function keepFound(
  contents: Contents,
  root: string,
  { content, rows, measured }: Found,
): Promise<string | undefined> {
  for (const { hashes } of rows) contents.keeper.countNew(hashes.digest, hashes.size);
  if (contents.isDry) return undefined;
  if (measured !== undefined) return keepContent(contents.store, root, measured);
  if (content.kind === 'dir')
    contents.store.keepManifest(content.digest, () => bytesOfText(manifestText(manifestOfRows(rows))));
  return undefined;
}
