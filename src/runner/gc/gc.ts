import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Digest, isFermentError } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import { removeTree } from '../run/aside.ts';
import { recover } from '../run/recover.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import type { Warn } from '../status/status.ts';
import { Store } from '../store/store.ts';
import { markSweep } from '../store/sweep-mark.ts';
import { planSweep, type SparePlan } from './plan.ts';
import { findReach, type Reach, type ReachOptions } from './reach.ts';
import { findSpareFiles, type SpareFile } from './spare-files.ts';
import { claimSweep, purgeVerified, recoverTrash, Trash } from './trash.ts';

export interface GcOptions extends Partial<ReachOptions> {
  /** Also what was quarantined. */
  readonly quarantine?: boolean;
  /** Say what would go, and delete nothing. */
  readonly dry?: boolean;
  /** Asked once, before anything is touched, when there is something to delete. */
  readonly confirm?: (plan: GcPlan) => Promise<boolean>;
  readonly warn?: Warn;
}

/** What can go, and what keeps the rest. */
export interface GcPlan extends SparePlan {
  readonly files: readonly SpareFile[];
  readonly reach: Pick<Reach, 'lockFiles' | 'commits' | 'runs'> & { readonly gitLocks: number };
}

export interface GcResult {
  readonly plan: GcPlan;
  /** What was deleted; zeros after a dry run and a no. */
  readonly deleted: {
    readonly objects: number;
    readonly results: number;
    readonly files: number;
    readonly bytes: number;
  };
  /** Objects and results that a command at work came to need meanwhile. */
  readonly putBack: number;
  readonly confirmed: boolean;
}

const DEFAULT_KEPT_RUNS = 20;

/**
 * Deletes from the store what neither the locks here and in git nor the last runs can reach, and old files about runs.
 * Safe beside running commands, and when killed: see docs/caching.md. Throws BUSY beside another gc, UNREADABLE,
 * NO_SPACE, STORE_UNWRITABLE.
 */
export async function gc(
  { root, lockFile }: Pick<Project, 'root' | 'lockFile'>,
  options: GcOptions = {},
): Promise<GcResult> {
  const state = join(root, STATE_FOLDER);
  const { confirm = () => Promise.resolve(true), warn = () => {}, dry = false, quarantine = false } = options;
  recover({ root, state, lockFile }, warn);
  const scope: ReachOptions = {
    keepRuns: options.keepRuns ?? DEFAULT_KEPT_RUNS,
    allCommits: options.allCommits ?? false,
    reflog: options.reflog ?? true,
  };
  const place = { root, state, store: new Store(state) };
  const reach = await findReach(place, scope);
  const plan: GcPlan = {
    ...planSweep(state, place.store, reach),
    files: findSpareFiles({ root, state, reach }, { quarantine }),
    reach: {
      lockFiles: reach.lockFiles,
      commits: reach.commits,
      runs: reach.runs,
      gitLocks: reach.gitLocks.size,
    },
  };
  const nothing = { objects: 0, results: 0, files: 0, bytes: 0 };
  const isEmpty = plan.objects.length + plan.results.length + plan.files.length === 0;
  if (dry || isEmpty) return { plan, deleted: nothing, putBack: 0, confirmed: true };
  if (!(await confirm(plan))) return { plan, deleted: nothing, putBack: 0, confirmed: false };
  return { plan, ...(await carryOut(place, plan, { scope, reach, quarantine })), confirmed: true };
}

interface Place {
  readonly root: string;
  readonly state: string;
  readonly store: Store;
}

interface Swept {
  readonly deleted: Omit<GcResult['deleted'], 'files'>;
  readonly putBack: number;
}

interface CarryOut {
  readonly scope: ReachOptions;
  /** What was reached when the plan was made. */
  readonly reach: Reach;
  readonly quarantine: boolean;
}

/** Deletes what the plan has and what still can go: a person may have thought for an hour. */
async function carryOut(
  place: Place,
  plan: GcPlan,
  { scope, reach: then, quarantine }: CarryOut,
): Promise<Pick<GcResult, 'deleted' | 'putBack'>> {
  const reach = await findReach(place, scope, then);
  const still = new Set(findSpareFiles({ ...place, reach }, { quarantine }).map(({ path }) => path));
  const files = plan.files.filter(({ path }) => still.has(path));
  // First, because a sweep needs a little room of its own.
  for (const { path } of files) removeTree(path);
  const { deleted, putBack } = await withRoom(place, () => sweep(place, plan, { scope, reach }));
  const bytes = files.reduce((sum, { size }) => sum + size, deleted.bytes);
  return { deleted: { ...deleted, files: files.length, bytes }, putBack };
}

/** What is parsed and loaded again in a moment. */
const CACHES = ['loaded.json', 'parsed.json', 'parsed-lock.json'];

/** On a full disk a sweep cannot even note that it is at work: then it goes on with the room that caches take. */
async function withRoom<T>({ state, store }: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFermentError(error) || error.code !== 'NO_SPACE') throw error;
    for (const name of CACHES) removeTree(join(state, name));
    recoverTrash(state);
    store.forget();
    return await work();
  }
}

/**
 * Moves what can go into the trash, says so, and looks once more: a command may have written a name for something
 * meanwhile, and that is put back. A command that writes such a name later finds the mark and stores its outs again.
 */
async function sweep(
  place: Place,
  plan: GcPlan,
  { scope, reach }: { readonly scope: ReachOptions; readonly reach: Reach },
): Promise<Swept> {
  const { state } = place;
  const claim = claimSweep(state);
  try {
    purgeVerified(state);
    const results = plan.results.filter(({ fingerprint }) => !reach.fingerprints.has(fingerprint));
    const objects = plan.objects.filter(({ digest }) => !reach.objects.has(digest));
    const trash = new Trash(state, randomBytes(8).toString('hex'));
    // Entries first: one that is there has its objects.
    for (const { path } of results) trash.take(path);
    takeObjects(place.store, trash, objects);
    markSweep(state);
    const look = (): Promise<Reach> => {
      place.store.forget();
      return findReach(place, scope, reach);
    };
    const swept = await putBackNamed(trash, look, { objects, results });
    trash.purge();
    return swept;
  } finally {
    claim.release();
  }
}

/** A pack goes once what else is in it has a place in another. */
function takeObjects(store: Store, trash: Trash, objects: SparePlan['objects']): void {
  const packs = new Map<string, Set<Digest>>();
  for (const { path, digest, packed } of objects) {
    if (packed) packs.set(path, (packs.get(path) ?? new Set()).add(digest));
    else trash.take(path);
  }
  for (const [path, spare] of packs) {
    const kept = store.repack(path, (digest) => !spare.has(digest));
    if (kept !== path) trash.take(path);
  }
}

async function putBackNamed(
  trash: Trash,
  look: () => Promise<Reach>,
  taken: Pick<SparePlan, 'objects' | 'results'>,
): Promise<Swept> {
  let { objects, results } = taken;
  for (;;) {
    const reach = await look();
    const needed = [
      ...objects.filter(({ digest }) => reach.objects.has(digest)),
      ...results.filter(({ fingerprint }) => reach.named.has(fingerprint)),
    ];
    if (needed.length === 0) break;
    // With one object of a pack, all of it comes back.
    const back = new Set(needed.map(({ path }) => path));
    for (const path of back) trash.putBack(path);
    // A manifest that is back names files: look once more.
    objects = objects.filter(({ path }) => !back.has(path));
    results = results.filter(({ path }) => !back.has(path));
  }
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return {
    deleted: { objects: objects.length, results: results.length, bytes },
    putBack: taken.objects.length + taken.results.length - objects.length - results.length,
  };
}
