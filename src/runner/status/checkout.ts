import { FermentError } from '../../kit/index.ts';
import { resolveTarget } from '../graph/index.ts';
import { sizeAt } from '../hash/measured.ts';
import type { Project } from '../load/index.ts';
import { declaredEntries } from '../lock/index.ts';
import type { Content, ProjectPath, Stage, StageName } from '../model.ts';
import { compareOuts } from '../run/decide.ts';
import { findFilesAbove } from '../run/files-above.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import { isStored } from '../store/restore.ts';
import { type CheckedOut, putBack, removeStale, type Wanted } from './change-outs.ts';
import { InUse } from './in-use.ts';
import { findStaleOuts } from './stale-outs.ts';
import type { Warn } from './status.ts';

export interface CheckoutOptions {
  /** Stages, groups or outs; all stages when empty. */
  readonly targets?: readonly string[];
  /** Replace also what is nowhere else. */
  readonly force?: boolean;
  readonly warn?: Warn;
}

export interface CheckoutResult {
  readonly changed: readonly CheckedOut[];
  /** Stages that never ran, and so have nothing to check out. */
  readonly neverRun: readonly StageName[];
  /** Outs that the lock names and that the store does not have, whole. */
  readonly missing: readonly ProjectPath[];
  /** Outs with `cache: false` that differ from the lock: they are git's, and were left as they are. */
  readonly left: readonly ProjectPath[];
}

/**
 * Puts the outs that the lock names, and their stages still declare, back in place, from the store, and, without
 * targets, removes outs of other commits that the store has. Of outs with `cache: false`, which are git's, only those
 * that are not there are put back. Throws, before anything is touched, USAGE when that would overwrite content that is
 * not in the store, unless forced, and BAD_PATH where a file that no stage made stands where an out needs a folder;
 * NO_SPACE, STORE_UNWRITABLE. Killed, it leaves each out as it was or as it is to be.
 */
export async function checkout(project: Project, options: CheckoutOptions = {}): Promise<CheckoutResult> {
  const warn = options.warn ?? (() => {});
  const session = openSession(project, warn);
  const stages = selectStages(session, options.targets ?? []);
  const neverRun = stages.filter(({ name }) => !session.entries.has(name)).map(({ name }) => name);
  // What a stage declares no longer may be another one's by now.
  const entries = declaredEntries(session.entries, stages);
  const wanted: Wanted[] = [];
  const missing: ProjectPath[] = [];
  const left: ProjectPath[] = [];
  for (const stage of stages) {
    const entry = entries.get(stage.name);
    if (entry === undefined) continue;
    const differing = new Set((await compareOuts(session, entry.outs)).map(({ name }) => name));
    const differ = entry.outs.filter(({ path }) => differing.has(path));
    const isLeft = createIsLeft(session, stage);
    left.push(...differ.filter(isLeft).map(({ path }) => path));
    const outs = differ.filter((out) => !isLeft(out));
    missing.push(...outs.filter((out) => !isStored(session.store, out)).map(({ path }) => path));
    wanted.push({ stage, entry, outs: outs.filter((out) => isStored(session.store, out)) });
  }
  const outs = wanted.flatMap((each) => each.outs);
  for (const { stage, outs: own } of wanted)
    await findFilesAbove(
      session,
      stage.name,
      own.map(({ path }) => path),
    );
  if (options.force !== true) await refuseUnsaved(session, outs);
  const inUse = new InUse(session);
  const isWhole = options.targets === undefined || options.targets.length === 0;
  const stale = isWhole ? await findStaleOuts(session, inUse, warn) : [];
  const removed: CheckedOut[] = [];
  const changed: CheckedOut[] = [];
  // What goes goes first: it may be a file where what comes needs a folder.
  for (const out of stale)
    if (await removeStale(session, warn, { out, inUse }))
      removed.push({ path: out.content.path, change: 'D' });
  for (const { stage, entry, outs: own } of wanted)
    changed.push(...(await putBack(session, warn, { stage, entry, outs: own, missing })));
  closeSession(session);
  return { changed: [...changed, ...removed], neverRun, missing, left };
}

function selectStages(session: Session, targets: readonly string[]): readonly Stage[] {
  const names =
    targets.length === 0
      ? session.graph.order
      : targets.flatMap((target) => resolveTarget(session.graph, target));
  const chosen = new Set(names);
  return session.project.stages.filter(({ name }) => chosen.has(name));
}

/** True for an out that git keeps and that is there, be it edited: as in DVC, it is not checkout's to overwrite. */
function createIsLeft({ hasher }: Session, stage: Stage): (out: Content) => boolean {
  const gits = new Set(stage.outs.filter(({ cache }) => !cache).map(({ path }) => path));
  return ({ path }) => gits.has(path) && hasher.look(path) !== undefined;
}

/** Files that are in the store can be had again, also by another name; others would be lost. */
async function refuseUnsaved(session: Session, outs: readonly Content[]): Promise<void> {
  const unsaved: ProjectPath[] = [];
  for (const { path } of outs) {
    const now = await session.hasher.measure(path);
    const isSaved = now?.digests.every((digest, row) => session.store.has(digest, sizeAt(now.tree, row)));
    if (isSaved === false) unsaved.push(path);
  }
  if (unsaved.length === 0) return;
  const [them, it] = unsaved.length === 1 ? ['This out has', 'it'] : ['These outs have', 'them'];
  throw new FermentError('USAGE', `${them} changes that are not in the store: ${unsaved.join(', ')}.`, {
    hint: `Move ${it} away to keep ${it}, or give --force to replace ${it}. To take ${it} as the result: ferment commit`,
  });
}
