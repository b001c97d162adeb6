import { lstatSync } from 'node:fs';
import type { Digest } from '../../kit/index.ts';
import type { Content, StageName } from '../model.ts';
import { changedMs, digestsInManifest, listResults, type StoredResult } from '../store/contents.ts';
import type { StoredObject } from '../store/known-objects.ts';
import { readRunCache } from '../store/run-cache.ts';
import type { Store } from '../store/store.ts';
import { busySince } from './live.ts';
import type { Reach } from './reach.ts';

/** A result that nothing names any more: what a fingerprint gave. */
export interface SpareResult {
  readonly fingerprint: Digest;
  readonly path: string;
  /** Undefined for an entry that cannot be read. */
  readonly stage: StageName | undefined;
  readonly outs: readonly Content[];
  /** When it was written, ISO 8601. */
  readonly written: string;
  /** What goes with it; an object of several results counts for the first that made it. */
  readonly objects: number;
  readonly bytes: number;
}

/** What in the store can go. */
export interface SparePlan {
  readonly objects: readonly StoredObject[];
  /** Newest first. */
  readonly results: readonly SpareResult[];
  /** Objects that belong to no result: of runs that were cut short, or whose entry is gone. */
  readonly nameless: { readonly objects: number; readonly bytes: number };
  readonly kept: { readonly objects: number; readonly results: number };
}

/** Compares the store with what is reached. What a command that is at work may have just stored is left alone. */
export function planSweep(state: string, store: Store, reach: Reach): SparePlan {
  const isOld = createIsOld(busySince(state));
  let all = 0;
  const objects: StoredObject[] = [];
  for (const object of store.list()) {
    all++;
    if (!reach.objects.has(object.digest) && isOld(object.path)) objects.push(object);
  }
  const entries = listResults(state);
  const spare = entries.filter(
    ({ fingerprint, path }) => !reach.fingerprints.has(fingerprint) && isOld(path),
  );
  const unclaimed = new Map<Digest, number>();
  for (const { digest, size } of objects) unclaimed.set(digest, (unclaimed.get(digest) ?? 0) + size);
  const results = spare
    .map((entry) => ({
      ...entry,
      written: lstatSync(entry.path, { throwIfNoEntry: false })?.mtime ?? new Date(0),
    }))
    .sort((a, b) => a.written.getTime() - b.written.getTime())
    .map((entry) => describeResult(state, store, { ...entry, unclaimed }))
    .reverse();
  return {
    objects,
    results,
    nameless: {
      objects: unclaimed.size,
      bytes: [...unclaimed.values()].reduce((sum, size) => sum + size, 0),
    },
    kept: { objects: all - objects.length, results: entries.length - results.length },
  };
}

/** Tells whether a file is older than the work that is going on; many objects are in one pack. */
function createIsOld(since: number | undefined): (path: string) => boolean {
  if (since === undefined) return () => true;
  const known = new Map<string, boolean>();
  return (path) => {
    const isOld = known.get(path) ?? changedMs(path) < since;
    known.set(path, isOld);
    return isOld;
  };
}

/** Takes the objects of a result out of `unclaimed`. */
function describeResult(
  state: string,
  store: Store,
  {
    fingerprint,
    path,
    written,
    unclaimed,
  }: StoredResult & { readonly written: Date; readonly unclaimed: Map<Digest, number> },
): SpareResult {
  const entry = readRunCache(state, fingerprint);
  let objects = 0;
  let bytes = 0;
  for (const { digest } of entry?.outs ?? []) {
    for (const each of [digest, ...digestsInManifest(store, digest)]) {
      const size = unclaimed.get(each);
      if (size === undefined) continue;
      unclaimed.delete(each);
      objects++;
      bytes += size;
    }
  }
  return {
    fingerprint,
    path,
    stage: entry?.stage,
    outs: entry?.outs ?? [],
    written: written.toISOString(),
    objects,
    bytes,
  };
}
