import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type Digest, errnoOf, isDigest, writeFileAtomic } from '../../kit/index.ts';
import { isSafeRelativePath } from '../hash/manifest.ts';
import type { Content, ProjectPath, StageName } from '../model.ts';

/** What a fingerprint once produced. */
export interface RunCacheEntry {
  readonly fingerprint: Digest;
  readonly stage: StageName;
  readonly outs: readonly Content[];
  /** Those of the outs that had `cache: false`; left out where there were none. */
  readonly uncached?: readonly ProjectPath[];
}

/** Where the entry of a fingerprint is: `<state>/runs/<a>/<fingerprint>.json`: making a folder costs as much as ten files, so there are few. */
export function runCachePath(stateFolder: string, fingerprint: Digest): string {
  return join(stateFolder, 'runs', fingerprint.slice(0, 1), `${fingerprint}.json`);
}

/**
 * Writes an entry, after its objects were placed. A folder in its place, which only damage leaves there, goes. Throws
 * NO_SPACE or STORE_UNWRITABLE.
 */
export function writeRunCache(stateFolder: string, entry: RunCacheEntry): void {
  const path = runCachePath(stateFolder, entry.fingerprint);
  // A torn entry is no JSON, and a miss.
  const write = (): void => writeFileAtomic(path, `${canonicalJson(entry)}\n`, { durable: false });
  try {
    write();
  } catch (error) {
    if (errnoOf(error) !== 'EISDIR') throw error;
    rmSync(path, { recursive: true, force: true });
    write();
  }
}

/** The entry of a fingerprint, or undefined when there is none or it is not what it should be (a miss). */
export function readRunCache(stateFolder: string, fingerprint: Digest): RunCacheEntry | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(runCachePath(stateFolder, fingerprint), 'utf8'));
    return isEntry(value) && value.fingerprint === fingerprint ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is RunCacheEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { fingerprint, stage, outs, uncached = [] } = value as Record<string, unknown>;
  return (
    isDigest(fingerprint) &&
    typeof stage === 'string' &&
    Array.isArray(outs) &&
    outs.every(isContent) &&
    Array.isArray(uncached) &&
    uncached.every((path) => typeof path === 'string')
  );
}

/** True for a content of unknown origin whose path stays inside the project and whose digest is one. */
function isContent(value: unknown): value is Content {
  if (typeof value !== 'object' || value === null) return false;
  const { path, kind, digest, size, files } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    isSafeRelativePath(path) &&
    (kind === 'file' || kind === 'dir') &&
    isDigest(digest) &&
    Number.isSafeInteger(size) &&
    Number.isSafeInteger(files)
  );
}
