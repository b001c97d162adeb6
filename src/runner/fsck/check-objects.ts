import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../../kit/index.ts';
import { hashFile, sha256 } from '../hash/read.ts';
import { isThere } from '../run/aside.ts';
import type { StoredObject } from '../store/known-objects.ts';
import { loadPack, readExtents } from '../store/pack-file.ts';
import { recordsOf } from '../store/pack-records.ts';

/** How far the check of the objects is. */
export interface FsckProgress {
  readonly objects: number;
  readonly ofObjects: number;
  readonly bytes: number;
}

/** Objects between two turns of the event loop. */
const BATCH = 500;

/**
 * Reads every object and compares it with its name; with `sizes`, compares only sizes, where they are known. Returns
 * the damaged ones. A large object is hashed while its next piece is read, so that the disk and one processor are busy.
 */
export async function checkObjects(
  objects: readonly StoredObject[],
  sizes: ReadonlyMap<Digest, number> | undefined,
  onProgress: (progress: FsckProgress) => void,
): Promise<readonly StoredObject[]> {
  const damaged: StoredObject[] = [];
  let bytes = 0;
  let done = 0;
  const tell = async (object: StoredObject, isGood: boolean): Promise<void> => {
    bytes += object.size;
    if (!isGood) damaged.push(object);
    if (++done % BATCH !== 0 && object.size < BATCH * 1000) return;
    onProgress({ objects: done, ofObjects: objects.length, bytes });
    await nextTurn();
  };
  if (sizes === undefined) {
    for (const object of objects) if (!object.packed) await tell(object, await isGoodFile(object));
    for (const [path, packed] of byPack(objects))
      for (const { object, isGood } of checkPack(path, packed)) await tell(object, isGood);
  } else
    for (const object of objects)
      await tell(object, (sizes.get(object.digest) ?? object.size) === object.size);
  onProgress({ objects: done, ofObjects: objects.length, bytes });
  return damaged;
}

/** One that is gone meanwhile, as a gc may take it, is not damaged. Throws UNREADABLE. */
async function isGoodFile({ path, digest, size }: StoredObject): Promise<boolean> {
  try {
    return (await hashFile(path, size)) === digest;
  } catch (error) {
    if (isThere(path)) throw error;
    return true;
  }
}

function byPack(objects: readonly StoredObject[]): ReadonlyMap<string, ReadonlyMap<Digest, StoredObject>> {
  const packs = new Map<string, Map<Digest, StoredObject>>();
  for (const object of objects) {
    if (!object.packed) continue;
    const pack = packs.get(object.path) ?? new Map<Digest, StoredObject>();
    packs.set(object.path, pack.set(object.digest, object));
  }
  return packs;
}

/** Reads a pack from its beginning to its end. One that is gone meanwhile has nothing to check. */
function* checkPack(
  path: string,
  objects: ReadonlyMap<Digest, StoredObject>,
): Generator<{ readonly object: StoredObject; readonly isGood: boolean }> {
  const pack = loadPack(path);
  if (typeof pack === 'string') return;
  try {
    for (const { extent, bytes } of readExtents(path, recordsOf(pack))) {
      const object = objects.get(extent.digest);
      if (object !== undefined) yield { object, isGood: sha256(bytes) === extent.digest };
    }
  } catch (error) {
    if (isThere(path)) throw error;
  }
}
