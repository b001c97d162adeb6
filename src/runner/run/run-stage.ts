import { randomBytes } from 'node:crypto';
import { type FermentError, identify } from '../../kit/index.ts';
import type { Content, LockEntry, ProjectPath, Stage } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';
import { moveAside } from './aside.ts';
import { handOverCheckpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import { conclude } from './conclude-run.ts';
import { findFilesAbove, writtenBy } from './files-above.ts';
import { WORTH_FLUSHING_MS } from './flush.ts';
import type { Gathered } from './gather-inputs.ts';
import { type Journal, settleOrLeave, stageFileOf } from './journal.ts';
import { keepInputs } from './keep-inputs.ts';
import { measureOuts } from './measure-outs.ts';
import { explainFailure } from './moved-failure.ts';
import { findMovedInput } from './moved-inputs.ts';
import { describePersistent, keepPersistent } from './persistent-outs.ts';
import { planAside } from './plan-aside.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { runStageCommand } from './stage-command.ts';
import type { StageNotes } from './stage-notes.ts';
import { storeOuts } from './store-outs.ts';
import type { Worker } from './worker.ts';

/**
 * Runs a stage whose claim is held: old outs aside, command, outs checked, hashed and stored, run cache, lock; in this
 * order, so that whatever is killed when, either the old outs or the new ones count, whole. Throws BAD_PATH before
 * anything is touched, STAGE_FAILED, MISSING_OUT, INTERRUPTED with the old outs back, NO_SPACE and STORE_UNWRITABLE with the new outs in place.
 */
export async function runStage(
  worker: Worker,
  {
    session,
    stage,
    gathered,
    grant,
    attempt,
    claim,
  }: {
    readonly session: Session;
    readonly stage: Stage;
    readonly gathered: Gathered;
    readonly grant: Grant;
    /** From 1. */
    readonly attempt: number;
    readonly claim: Claim;
  },
): Promise<{ readonly notes: StageNotes; readonly locked: Promise<void> }> {
  const { root, state } = session;
  const above = await findFilesAbove(session, stage.name, writtenBy(stage));
  let journal = beginJournal(session, stage, { gathered, above });
  // Only where something old stands aside, a power cut must find the journal.
  const isPrecious = journal.checkpoints.length > 0 || journal.asides.some(({ aside }) => aside !== null);
  const note = (change: Partial<Journal>, durable = isPrecious): void => {
    journal = { ...journal, ...change };
    claim.note(journal, { durable });
  };
  note({});
  let notes: StageNotes;
  let outs: readonly Content[];
  let moved: ProjectPath | undefined;
  let failure: FermentError | undefined;
  try {
    await keepPersistent(session, stage);
    moveAside(root, journal.asides);
    handOverCheckpoints(root, state, gathered.fingerprint, journal.checkpoints);
    const started = performance.now();
    notes = await runStageCommand(worker, {
      session,
      stage,
      gathered,
      grant,
      attempt,
      stageFile: stageFileOf(state, journal.scratch),
      onLeader: (pid) => {
        const isFirst = journal.leader === null;
        // No process survives a power cut.
        note({ leader: identify(pid) ?? null }, false);
        // Now, while the command runs, it costs no time.
        if (isFirst) keepInputs(session, gathered);
      },
    });
    const flush = performance.now() - started >= WORTH_FLUSHING_MS;
    outs = await measureOuts(session, stage, (text) => warn(worker, stage, notes, text));
    moved = await findMovedInput(session, stage, gathered);
    if (moved === undefined)
      failure = await storeOuts(session, stage, { fingerprint: gathered.fingerprint, outs, flush });
  } catch (error) {
    const failure = await explainFailure(session, stage, { gathered, error });
    const ended = settleOrLeave(claim, { root, state, journal }, failure);
    session.hasher.forget();
    for (const text of await describePersistent(session, stage))
      worker.emit({ type: 'stage-warning', stage: stage.name, text });
    throw ended;
  }
  if (moved !== undefined) warn(worker, stage, notes, movedText(moved));
  const onLeft = (text: string): void => warn(worker, stage, notes, text);
  const entry = moved === undefined ? entryFor(gathered, outs) : undefined;
  const isStored = failure === undefined;
  const locked = conclude({ session, stage, journal, claim, note, entry, isStored, onLeft });
  // Checkpoints must be gone before another stage looks into the folder in which they lie.
  if (failure !== undefined || journal.checkpoints.length > 0) await locked;
  if (failure !== undefined) throw failure;
  return { notes, locked };
}

function beginJournal(
  { root, state }: Session,
  stage: Stage,
  { gathered, above }: { readonly gathered: Gathered; readonly above: readonly ProjectPath[] },
): Journal {
  const scratch = randomBytes(8).toString('hex');
  const checkpoints = stage.checkpoints.map(({ path }) => path);
  const replaced = stage.outs.filter(({ persist }) => !persist).map(({ path }) => path);
  for (const { path, persist } of stage.outs) if (persist) writablePath(root, path);
  return {
    stage: stage.name,
    phase: 'begun',
    fingerprint: gathered.fingerprint,
    asides: planAside(root, state, [...replaced, ...checkpoints], above),
    checkpoints,
    scratch,
    stageFile: stageFileOf(state, scratch),
    leader: null,
  };
}

function entryFor({ fingerprint, inputs }: Gathered, outs: readonly Content[]): LockEntry {
  return { fingerprint, inputs, outs };
}

function movedText(path: string): string {
  return `${path} changed while the stage was running: the result is not cached, and the stage stays stale.`;
}

function warn(worker: Worker, stage: Stage, notes: StageNotes, text: string): void {
  notes.warnings.push(text);
  worker.emit({ type: 'stage-warning', stage: stage.name, text });
}
