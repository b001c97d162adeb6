import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, explainWriteError, FermentError, temporaryNameFor } from '../../kit/index.ts';
import { copyAndHash } from '../hash/stream.ts';
import type { KnownObjects } from './known-objects.ts';
import type { LooseObjects } from './loose-objects.ts';

/** What a copy comes into. */
export interface CopyTarget {
  readonly stateFolder: string;
  readonly loose: LooseObjects;
  readonly known: KnownObjects;
}

/**
 * Reads a file once, for its digest and for a copy; where the file system shares blocks between copies, only for the
 * digest of such a copy. It is stored unless another digest was expected.
 */
export async function copyIn(
  target: CopyTarget,
  file: string,
  expected: Digest | undefined,
): Promise<Digest> {
  let digest: Digest | undefined;
  await keepCopy(target, async (path) => {
    digest = await copyAndHash(file, path);
    return expected === undefined || expected === digest ? digest : undefined;
  });
  return digest ?? unread(file);
}

/**
 * Stores a file that `copy` writes to a target and hashes; nothing where it returns undefined. Throws NO_SPACE,
 * STORE_UNWRITABLE, UNREADABLE, and what `copy` throws.
 */
export async function keepCopy(
  { stateFolder, loose, known }: CopyTarget,
  copy: (target: string) => Promise<Digest | undefined>,
): Promise<void> {
  // Not in a shard, which is not known yet; there leftovers of a killed process are swept, too.
  const temporary = temporaryNameFor(join(stateFolder, 'object'));
  try {
    loose.makeFolder(stateFolder);
    const digest = await copy(temporary);
    if (digest === undefined) return;
    if (!known.has(digest)) loose.adopt(digest, temporary);
    known.keep(digest);
  } catch (error) {
    throw explainWriteError(error, temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function unread(file: string): never {
  throw new FermentError('INTERNAL', `${file} was stored without being read.`);
}
