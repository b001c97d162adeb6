import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../../kit/index.ts';
import { readChecked, writeChecked } from '../load/checked-file.ts';
import type { LockEntry, StageName } from '../model.ts';
import { rememberFingerprint } from '../plan/fingerprint.ts';
import { isObject } from '../schema/json-schema.ts';

/** Changes when the same lock gives other entries, or entries other fingerprints. */
const VERSION = 3;

type Entries = ReadonlyMap<StageName, LockEntry>;

/**
 * The entries of a lock that was parsed and checked before, in `.ferment/parsed-lock.json`, by the digest of its bytes.
 * Parsing the lock of a thousand stages takes as long as starting Node four times. A missing or damaged file only
 * means that the lock is parsed again.
 */
export function readCachedEntries(root: string, digest: Digest): Entries | undefined {
  try {
    const text = readChecked(fileIn(root));
    const saved: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isObject(saved) || saved['version'] !== VERSION || saved['digest'] !== digest) return undefined;
    const { entries } = saved;
    if (!Array.isArray(entries)) return undefined;
    // Written below, from entries that passed every check of parseEntry, for these very bytes.
    const known = new Map(entries as readonly (readonly [StageName, LockEntry])[]);
    for (const { inputs, fingerprint } of known.values()) rememberFingerprint(inputs, fingerprint);
    return known;
  } catch {
    return undefined;
  }
}

/** Remembers the entries for the next command, where the project has its `.ferment` folder; never fails. */
export function cacheEntries(root: string, digest: Digest, entries: Entries): void {
  const file = fileIn(root);
  if (!existsSync(dirname(file))) return;
  writeChecked(file, JSON.stringify({ version: VERSION, digest, entries: [...entries] }));
}

function fileIn(root: string): string {
  return join(root, '.ferment', 'parsed-lock.json');
}
