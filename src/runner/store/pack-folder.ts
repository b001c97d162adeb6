import { readdirSync, statSync } from 'node:fs';
import { compareBytes, errnoOf } from '../../kit/index.ts';
import { unreadable } from '../hash/unreadable.ts';

const PACK_FILE = /^[0-9a-f]{64}\.pack$/;

/** The names of the packs in a folder, sorted by bytes. Throws UNREADABLE. */
export function listPacks(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => PACK_FILE.test(name))
      .sort(compareBytes);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw unreadable(error, folder);
  }
}

/** When packs last came into a folder or went; undefined when there is none. */
export function timeOf(folder: string): bigint | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}
