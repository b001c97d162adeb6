import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, type Digest, isDigest } from '../../kit/index.ts';
import { type GitScope, readLocksInGit } from '../git/index.ts';
import { locksIn } from '../lock/locks-in.ts';
import { type RunRecord, readRunRecords } from '../run/run-record.ts';
import { journalFolder } from '../run/state-paths.ts';
import { digestsIn, digestsInManifest, listResults } from '../store/contents.ts';
import { type RunCacheEntry, readRunCache } from '../store/run-cache.ts';
import type { Store } from '../store/store.ts';
import { namesIn } from './live.ts';

export interface ReachOptions extends GitScope {
  /** How many of the last runs keep their results. */
  readonly keepRuns: number;
}

/** What something still names, and who names it. */
export interface Reach {
  readonly objects: ReadonlySet<Digest>;
  /** Of run-cache entries. */
  readonly fingerprints: ReadonlySet<Digest>;
  /** Every digest that a lock names: of bundles and packages, too. */
  readonly named: ReadonlySet<Digest>;
  /** Lock files in the project's folder. */
  readonly lockFiles: readonly string[];
  /** How many commits were looked at; undefined outside a git repository. */
  readonly commits: number | undefined;
  /** Different lock files in those commits. */
  readonly gitLocks: ReadonlyMap<string, string>;
  /** The runs that keep their results, newest first. */
  readonly runs: readonly string[];
}

/**
 * Everything that the lock files here and in git, and the last runs, can reach. A digest counts wherever in a lock it
 * stands, also in one with conflict markers or damage: too much is kept rather than too little. `known` is what was
 * read before. Throws UNREADABLE for a git repository or a lock that cannot be read.
 */
export async function findReach(
  { root, state, store }: { readonly root: string; readonly state: string; readonly store: Store },
  options: ReachOptions,
  known?: Reach,
): Promise<Reach> {
  const lockFiles = locksIn(root);
  const git = await readLocksInGit(root, options, known?.gitLocks);
  const named = new Set<Digest>();
  // Before the locks: what is on its way from a journal into a lock is then seen in one of them.
  for (const text of journalTexts(state)) addAll(named, digestsIn(text));
  for (const file of lockFiles) addAll(named, digestsIn(readFileSync(join(root, file), 'latin1')));
  for (const text of git?.texts.values() ?? []) addAll(named, digestsIn(text));
  const runs = lastRuns(state, options.keepRuns);
  for (const { fingerprints } of runs) addAll(named, fingerprints);
  const objects = new Set<Digest>();
  const expand = (digest: Digest): void => {
    if (objects.has(digest)) return;
    objects.add(digest);
    addAll(objects, digestsInManifest(store, digest));
  };
  for (const digest of named) expand(digest);
  return {
    objects,
    fingerprints: keepEntries({ state, store, named, objects, expand }),
    named,
    lockFiles,
    commits: git?.commits,
    gitLocks: git?.texts ?? new Map(),
    runs: runs.map(({ runId }) => runId),
  };
}

/** The entries that are named, with their objects, and those that cost nothing because all their objects are kept. */
function keepEntries({
  state,
  store,
  named,
  objects,
  expand,
}: {
  readonly state: string;
  readonly store: Store;
  readonly named: ReadonlySet<Digest>;
  readonly objects: ReadonlySet<Digest>;
  readonly expand: (digest: Digest) => void;
}): ReadonlySet<Digest> {
  const kept = new Set<Digest>();
  const others: RunCacheEntry[] = [];
  for (const { fingerprint } of listResults(state)) {
    const entry = readRunCache(state, fingerprint);
    if (entry === undefined) continue;
    if (!named.has(fingerprint)) {
      others.push(entry);
      continue;
    }
    kept.add(fingerprint);
    for (const out of entry.outs) expand(out.digest);
  }
  for (const { fingerprint, outs } of others) {
    const isFree = outs.every(
      ({ digest }) =>
        objects.has(digest) && digestsInManifest(store, digest).every((each) => objects.has(each)),
    );
    if (isFree) kept.add(fingerprint);
  }
  return kept;
}

/** What was finished and only waits to be written into the lock stands in the journal of its stage. */
function journalTexts(state: string): readonly string[] {
  const folder = journalFolder(state);
  return namesIn(folder).flatMap((name) => {
    try {
      return [readFileSync(join(folder, name), 'latin1')];
    } catch {
      // It is in the lock by now.
      return [];
    }
  });
}

/** The records of runs, newest first: their names tell seconds only. */
export function recordsByTime(state: string): readonly RunRecord[] {
  return [...readRunRecords(state)].sort((a, b) => compareBytes(String(b.started), String(a.started)));
}

function lastRuns(
  state: string,
  most: number,
): readonly { readonly runId: string; readonly fingerprints: readonly Digest[] }[] {
  return recordsByTime(state)
    .slice(0, most)
    .map(({ runId, stages }) => ({
      runId,
      fingerprints: Object.values(stages)
        .flatMap(({ fingerprint }) => fingerprint ?? [])
        .filter((one) => isDigest(one)),
    }));
}

function addAll<T>(set: Set<T>, items: Iterable<T>): void {
  for (const item of items) set.add(item);
}
