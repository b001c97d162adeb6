import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FermentError, messageOf } from '../../kit/index.ts';
import type { Measured } from '../hash/measured.ts';
import { renderLock } from '../lock/index.ts';
import type { Content, LockEntry, ProjectPath, Stage } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';
import { dropAside, isThere, moveAside, planAside } from './aside.ts';
import { dropCheckpoints, handOverCheckpoints, saveCheckpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import { WORTH_FLUSHING_MS } from './flush.ts';
import type { Gathered } from './gather-inputs.ts';
import { type Journal, settleOrLeave, stageFileOf } from './journal.ts';
import { keepInputs } from './keep-inputs.ts';
import { keepStored } from './keep-stored.ts';
import { findMovedInput } from './moved-inputs.ts';
import { describePersistent, keepPersistent } from './persistent-outs.ts';
import { identify } from './process-identity.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { runStageCommand, type StageNotes } from './stage-command.ts';
import { isStoreFailure, storeOuts } from './store-outs.ts';
import type { Worker } from './worker.ts';

/**
 * Runs a stage whose claim is held: old outs aside, command, outs checked, hashed and stored, run cache, lock; in this
 * order, so that whatever is killed when, either the old outs or the new ones count, whole. Throws STAGE_FAILED,
 * MISSING_OUT, INTERRUPTED with the old outs back, NO_SPACE and STORE_UNWRITABLE with the new outs in place.
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
  let journal = beginJournal(session, stage, gathered);
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
    const ended = settleOrLeave(claim, { root, state, journal }, error);
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

function beginJournal({ root, state }: Session, stage: Stage, { fingerprint }: Gathered): Journal {
  const scratch = randomBytes(8).toString('hex');
  const checkpoints = stage.checkpoints.map(({ path }) => path);
  const replaced = stage.outs.filter(({ persist }) => !persist).map(({ path }) => path);
  for (const { path, persist } of stage.outs) if (persist) writablePath(root, path);
  return {
    stage: stage.name,
    phase: 'begun',
    fingerprint,
    asides: planAside(root, state, [...replaced, ...checkpoints]),
    checkpoints,
    scratch,
    stageFile: stageFileOf(state, scratch),
    leader: null,
  };
}

/** Hashes what the command made, storing small files on the way. Throws MISSING_OUT. */
async function measureOuts(
  session: Session,
  stage: Stage,
  warn: (text: string) => void,
): Promise<readonly Content[]> {
  for (const { path } of stage.outs) {
    if (isThere(join(session.root, path))) continue;
    throw new FermentError(
      'MISSING_OUT',
      `Stage '${stage.name}' succeeded without writing its out ${path}.`,
      {
        hint: 'Let its program write there, or correct the path in the pipeline file.',
      },
    );
  }
  session.hasher.forget();
  const contents: Content[] = [];
  for (const { path, cache } of stage.outs) {
    const measured = await measureOut(session, path, cache);
    if (measured.content.size === 0) warn(`The out ${path} is empty.`);
    contents.push(measured.content);
  }
  return contents;
}

/** A full disk is no reason not to hash; what could not be stored on the way is tried again, and reported, later. */
async function measureOut(session: Session, path: string, cache: boolean): Promise<Measured> {
  let measured: Measured | undefined;
  try {
    measured = await session.hasher.measure(path, cache ? session.store : undefined);
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    session.hasher.forget();
    measured = await session.hasher.measure(path);
  }
  if (measured === undefined)
    throw new FermentError('MISSING_OUT', `The out ${path} was removed while it was hashed.`);
  return measured;
}

/** From here on the new outs count. Resolves when the lock says so. */
async function conclude({
  session,
  stage,
  journal,
  claim,
  note,
  entry,
  onLeft,
  isStored,
}: {
  readonly session: Session;
  readonly stage: Stage;
  readonly journal: Journal;
  readonly claim: Claim;
  readonly note: (change: Partial<Journal>) => void;
  readonly entry: LockEntry | undefined;
  readonly onLeft: (text: string) => void;
  readonly isStored: boolean;
}): Promise<void> {
  const { root, state, project } = session;
  const text = renderLock(new Map(entry === undefined ? [] : [[stage.name, entry]]));
  try {
    note({ phase: 'done', lock: { file: project.lockFile, text } });
  } catch (error) {
    // On a full disk: dropping the old outs makes room for the few bytes that are left to write.
    if (!isStoreFailure(error)) throw settleOrLeave(claim, { root, state, journal }, error);
  }
  const tidy = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // The result counts all the same; the next command removes what is left.
      claim.abandon({ ...journal, phase: 'done' });
      onLeft(`Something of the run was left behind: ${messageOf(error)}`);
    }
  };
  tidy(() => dropAside(root, journal.asides));
  const { fingerprint, checkpoints } = journal;
  let isLocked = false;
  try {
    await session.lockWriter.put(stage.name, entry);
    isLocked = true;
  } finally {
    // A success that could not be written down will be run again, and had better not begin at the beginning.
    tidy(() => (isLocked ? dropCheckpoints : saveCheckpoints)(root, state, fingerprint, checkpoints));
    session.spares.take(stageFileOf(state, journal.scratch));
  }
  const lost = entry === undefined || !isStored ? undefined : await keepStored(session, stage, entry);
  if (lost !== undefined) throw lost;
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
