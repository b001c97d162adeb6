import { existsSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { FermentError, isFermentError, isOwn } from '../../kit/index.ts';
import type { Stage, StageName } from '../model.ts';
import { type ClaimRecord, isAbandoned, readClaim } from './claim-record.ts';
import { holderOf } from './claim-stage.ts';
import { type Decided, type DecideOptions, decide } from './decide.ts';
import { recoverStage } from './recover.ts';
import { forgetFiles, type Session } from './session.ts';
import { journalFile, journalFolder } from './state-paths.ts';
import { Wait } from './waits.ts';
import type { Worker } from './worker.ts';

/** How often a stage that another command holds is looked at. */
const PAUSE_MS = 100;

/** A stage that another command is at, or was at when it was killed. */
interface Held {
  readonly stage: StageName;
  readonly file: string;
  readonly record: ClaimRecord;
}

/** The first of some stages that another command is at. */
export function heldAmong(state: string, stages: readonly StageName[]): Held | undefined {
  if (stages.length === 0 || isQuiet(state)) return undefined;
  for (const stage of stages) {
    const file = journalFile(state, stage);
    const record = existsSync(file) ? readClaim(file) : undefined;
    // This command writes the lock while it goes on; its own outs are there by then.
    if (record !== undefined && !(record.owner !== undefined && isOwn(record.owner)))
      return { stage, file, record };
  }
  return undefined;
}

/** The folder of claims as it was when it was found empty, with its time of change. */
let quiet: { readonly folder: string; readonly changed: number } | undefined;
/** A folder that changed less than this ago may change again and show the same time. */
const FRESH_MS = 1000;

/** True when no command is at any stage. One call of the system where that was so before: every stage is asked for. */
function isQuiet(state: string): boolean {
  const folder = journalFolder(state);
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  // Nothing ran here yet, or somebody removed it all.
  if (changed === undefined) return true;
  if (quiet?.folder === folder && quiet.changed === changed) return true;
  if (readdirSync(folder).length > 0) return false;
  if (Date.now() - changed > FRESH_MS) quiet = { folder, changed };
  return true;
}

/**
 * The first stage that makes something that a stage reads and that another command is running or restoring: its outs
 * stand aside, or are half written.
 */
export function heldMaker({ graph, state }: Session, stage: Stage): Held | undefined {
  return stage.frozen ? undefined : heldAmong(state, graph.upstream(stage.name));
}

/**
 * Waits while another command is at a stage that `find` finds, and cleans up after one that was killed at it. `what` is
 * how the sentence that is told begins. Throws INTERRUPTED after an abort, BUSY where it would wait for itself.
 */
export async function waitWhileHeld(
  session: Session,
  worker: Worker,
  {
    waiting,
    what,
    find,
  }: { readonly waiting: StageName; readonly what: string; readonly find: () => Held | undefined },
): Promise<void> {
  const warn = (text: string): void => worker.emit({ type: 'run-warning', text });
  const wait = new Wait(session);
  let told: StageName | undefined;
  try {
    for (let held = find(); held !== undefined; held = find()) {
      const { stage, file, record } = held;
      if (isAbandoned(record)) {
        if (recoverStage(session.root, session.state, { file, record, warn })) continue;
      } else if (told !== stage) {
        wait.begin(stage);
        told = stage;
        const text = `${what} by stage '${stage}', which is held by ${holderOf(record)}; waiting for it. (If there is no such process, remove ${file}.)`;
        worker.emit({ type: 'stage-waiting', stage: waiting, text });
      }
      if (worker.signal?.aborted === true)
        throw new FermentError('INTERRUPTED', `Stopped while waiting for stage '${stage}'.`);
      await pause(PAUSE_MS);
    }
  } finally {
    wait.end();
  }
}

/** Waits until no other command is at what a stage reads; files and lock are then looked at anew. Throws INTERRUPTED. */
export async function waitForMakers(session: Session, worker: Worker, stage: Stage): Promise<void> {
  const what = `Stage '${stage.name}' reads what is made`;
  await waitWhileHeld(session, worker, {
    waiting: stage.name,
    what,
    find: () => heldMaker(session, stage),
  });
  session.lock.read();
  forgetFiles(session);
}

/**
 * Decides about a stage while no other command is at what it reads. Throws what `decide` throws, and INTERRUPTED after
 * an abort.
 */
export async function decideUndisturbed(
  session: Session,
  worker: Worker,
  stage: Stage,
  options: DecideOptions,
): Promise<Decided> {
  if (heldMaker(session, stage) !== undefined) await waitForMakers(session, worker, stage);
  return decideInPeace(session, worker, stage, options);
}

/** The same where it was seen a moment ago that no other command is at what the stage reads. */
export async function decideInPeace(
  session: Session,
  worker: Worker,
  stage: Stage,
  options: DecideOptions,
): Promise<Decided> {
  for (let isLast = false; ; ) {
    try {
      return await decide(session, stage, options);
    } catch (error) {
      const mayBeDisturbed = isAboutFiles(error) && session.graph.upstream(stage.name).length > 0;
      if (!mayBeDisturbed || (isLast && heldMaker(session, stage) === undefined)) throw error;
      // A command that has just ended leaves no trace: one more look tells.
      isLast = true;
      session.lock.read();
      forgetFiles(session);
      if (heldMaker(session, stage) !== undefined) await waitForMakers(session, worker, stage);
    }
  }
}

/** What is thrown when a dep goes away before or while it is read. */
function isAboutFiles(error: unknown): boolean {
  return isFermentError(error) && (error.code === 'MISSING_DEP' || error.code === 'UNREADABLE');
}
