import { FermentError } from '../../kit/index.ts';
import { resolveTarget } from '../graph/index.ts';
import type { Project } from '../load/index.ts';
import type { Content, LockEntry, ProjectPath, Stage, StageName } from '../model.ts';
import { claimStage } from '../run/claim-stage.ts';
import { compareOuts } from '../run/decide.ts';
import { restoreOuts } from '../run/restore-stage.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import type { Worker } from '../run/worker.ts';
import { isStored } from '../store/restore.ts';
import type { Warn } from './status.ts';

export interface CheckoutOptions {
  /** Stages, groups or outs; all stages when empty. */
  readonly targets?: readonly string[];
  /** Replace also what is nowhere else. */
  readonly force?: boolean;
  readonly warn?: Warn;
}

/** What checkout did to one out: `A` it was not there, `M` it had another content. */
export interface CheckedOut {
  readonly path: ProjectPath;
  readonly change: 'A' | 'M';
}

export interface CheckoutResult {
  readonly changed: readonly CheckedOut[];
  /** Stages that never ran, and so have nothing to check out. */
  readonly neverRun: readonly StageName[];
  /** Outs that the lock names and that the store does not have, whole. */
  readonly missing: readonly ProjectPath[];
}

/**
 * Puts the outs that the lock names back in place, from the store. Throws USAGE, before anything is touched, when
 * that would overwrite content that is not in the store, unless forced; NO_SPACE, STORE_UNWRITABLE, BAD_PATH.
 */
export async function checkout(project: Project, options: CheckoutOptions = {}): Promise<CheckoutResult> {
  const warn = options.warn ?? (() => {});
  const session = openSession(project, warn);
  const stages = selectStages(session, options.targets ?? []);
  const neverRun = stages.filter(({ name }) => !session.entries.has(name)).map(({ name }) => name);
  const wanted: { stage: Stage; entry: LockEntry; outs: readonly Content[] }[] = [];
  const missing: ProjectPath[] = [];
  for (const stage of stages) {
    const entry = session.entries.get(stage.name);
    if (entry === undefined) continue;
    const differing = new Set((await compareOuts(session, entry.outs)).map(({ name }) => name));
    const outs = entry.outs.filter(({ path }) => differing.has(path));
    missing.push(...outs.filter((out) => !isStored(session.store, out)).map(({ path }) => path));
    wanted.push({ stage, entry, outs: outs.filter((out) => isStored(session.store, out)) });
  }
  const outs = wanted.flatMap((each) => each.outs);
  if (options.force !== true) await refuseUnsaved(session, outs);
  const changed: CheckedOut[] = [];
  for (const { stage, entry, outs: own } of wanted)
    changed.push(...(await putBack(session, warn, { stage, entry, outs: own, missing })));
  closeSession(session);
  return { changed, neverRun, missing };
}

function selectStages(session: Session, targets: readonly string[]): readonly Stage[] {
  const names =
    targets.length === 0
      ? session.graph.order
      : targets.flatMap((target) => resolveTarget(session.graph, target));
  const chosen = new Set(names);
  return session.project.stages.filter(({ name }) => chosen.has(name));
}

/** Content that is in the store can be had again; other content would be lost. */
async function refuseUnsaved(session: Session, outs: readonly Content[]): Promise<void> {
  const unsaved: ProjectPath[] = [];
  for (const { path } of outs) {
    const now = await session.hasher.content(path);
    if (now !== undefined && !isStored(session.store, now)) unsaved.push(path);
  }
  if (unsaved.length === 0) return;
  throw new FermentError(
    'USAGE',
    `These outs have changes that are not in the store: ${unsaved.join(', ')}.`,
    {
      hint: 'Move them away to keep them, or give --force to replace them.',
    },
  );
}

async function putBack(
  session: Session,
  warn: Warn,
  {
    stage,
    entry,
    outs,
    missing,
  }: {
    readonly stage: Stage;
    readonly entry: LockEntry;
    readonly outs: readonly Content[];
    readonly missing: ProjectPath[];
  },
): Promise<readonly CheckedOut[]> {
  const done: CheckedOut[] = [];
  if (outs.length === 0) return done;
  const worker: Worker = {
    runId: '',
    signal: undefined,
    emit: (event) => ('text' in event ? warn(event.text) : undefined),
  };
  const { claim } = await claimStage(session, worker, stage.name);
  try {
    for (const out of outs) {
      const change = session.hasher.look(out.path) === undefined ? 'A' : 'M';
      const restored = await restoreOuts(session, claim, {
        stage: stage.name,
        fingerprint: entry.fingerprint,
        outs: [out],
      });
      if (restored) done.push({ path: out.path, change });
      else missing.push(out.path);
    }
  } finally {
    claim.release();
  }
  return done;
}
