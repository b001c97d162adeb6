import { join } from 'node:path';
import type { Digest } from '../../kit/index.ts';
import { type Manifest, parseManifest } from '../hash/manifest.ts';
import { sha256 } from '../hash/read.ts';
import { readLock } from '../lock/index.ts';
import { locksIn } from '../lock/locks-in.ts';
import type { Content, LockEntry, ProjectPath, StageName } from '../model.ts';
import { listResults, peek } from '../store/contents.ts';
import { type RunCacheEntry, readRunCache } from '../store/run-cache.ts';
import type { Store } from '../store/store.ts';
import type { Owner } from './findings.ts';

/** A stage's block in one of the lock files. */
export interface LockedStage {
  readonly lockFile: ProjectPath;
  readonly stage: StageName;
  readonly entry: LockEntry;
}

/** Everything in a project that names objects. */
export interface Named {
  readonly locked: readonly LockedStage[];
  readonly lockWarnings: readonly string[];
  readonly results: readonly RunCacheEntry[];
  /** Paths of run-cache entries that are not what they should be. */
  readonly damagedResults: readonly string[];
}

/** Reads the lock files and the run cache. Throws BAD_LOCK. */
export function readNamed(root: string, state: string): Named {
  const locked: LockedStage[] = [];
  const lockWarnings: string[] = [];
  for (const lockFile of locksIn(root)) {
    const { entries, warnings } = readLock(root, lockFile);
    lockWarnings.push(...warnings);
    for (const [stage, entry] of entries) locked.push({ lockFile, stage, entry });
  }
  const results: RunCacheEntry[] = [];
  const damagedResults: string[] = [];
  for (const { fingerprint, path } of listResults(state)) {
    const entry = readRunCache(state, fingerprint);
    if (entry === undefined) damagedResults.push(path);
    else results.push(entry);
  }
  return { locked, lockWarnings, results, damagedResults };
}

/** Reads the manifests that are named, each once. */
export class Manifests {
  readonly #store: Store;
  readonly #read = new Map<Digest, Manifest | undefined>();
  /** Those that are there and do not have the bytes that their name says. */
  readonly damaged = new Set<Digest>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The files of a content, with their paths from the project; undefined when its manifest is missing or damaged. */
  filesOf(
    content: Content,
  ): readonly { readonly path: string; readonly digest: Digest; readonly size: number }[] | undefined {
    if (content.kind === 'file') return [content];
    return this.#manifest(content.digest)?.map(({ path, digest, size }) => ({
      path: join(content.path, path),
      digest,
      size,
    }));
  }

  #manifest(digest: Digest): Manifest | undefined {
    if (!this.#read.has(digest)) this.#read.set(digest, this.#load(digest));
    return this.#read.get(digest);
  }

  #load(digest: Digest): Manifest | undefined {
    try {
      // Not through the store, which moves a damaged one away: a dry check moves nothing.
      const bytes = peek(this.#store, digest);
      if (bytes === undefined) return undefined;
      if (sha256(bytes) === digest) return parseManifest(bytes.toString());
      this.damaged.add(digest);
      return undefined;
    } catch {
      return undefined;
    }
  }
}

/** The size of each file's object, as locks, results and manifests have it. */
export function knownSizes(named: Named, manifests: Manifests): ReadonlyMap<Digest, number> {
  const sizes = new Map<Digest, number>();
  for (const { content } of allOuts(named))
    for (const { digest, size } of manifests.filesOf(content) ?? []) sizes.set(digest, size);
  return sizes;
}

/** Whose some objects are: at most one owner for each stage and path, those in a lock first. */
export function ownersOf(
  wanted: ReadonlySet<Digest>,
  named: Named,
  manifests: Manifests,
): ReadonlyMap<Digest, readonly Owner[]> {
  const owners = new Map<Digest, Owner[]>();
  const add = (digest: Digest, owner: Owner): void => {
    if (!wanted.has(digest)) return;
    const known = owners.get(digest) ?? [];
    if (!known.some(({ stage, path }) => stage === owner.stage && path === owner.path)) known.push(owner);
    owners.set(digest, known);
  };
  if (wanted.size === 0) return owners;
  for (const { stage, content, inLock } of allOuts(named)) {
    add(content.digest, { stage, path: content.path, inLock });
    for (const { path, digest } of manifests.filesOf(content) ?? []) add(digest, { stage, path, inLock });
  }
  const outs = new Set(owners.keys());
  for (const { stage, content } of allDeps(named)) {
    for (const { path, digest } of [content, ...(manifests.filesOf(content) ?? [])])
      if (!outs.has(digest)) add(digest, { stage, path, inLock: false });
  }
  return owners;
}

function* allOuts(
  named: Named,
): Generator<{ readonly stage: StageName; readonly content: Content; readonly inLock: boolean }> {
  for (const { stage, entry } of named.locked)
    for (const content of entry.outs) yield { stage, content, inLock: true };
  for (const { stage, outs } of named.results)
    for (const content of outs) yield { stage, content, inLock: false };
}

/** Of deps lists of files and small texts are stored, for `why`; no lock needs them. */
function allDeps(named: Named): readonly { readonly stage: StageName; readonly content: Content }[] {
  return named.locked.flatMap(({ stage, entry }) => entry.inputs.deps.map((content) => ({ stage, content })));
}
