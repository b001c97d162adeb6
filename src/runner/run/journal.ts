import { isAbsolute, join, sep } from 'node:path';
import {
  type Digest,
  FermentError,
  isDigest,
  isFermentError,
  isIdentity,
  messageOf,
  type ProcessIdentity,
  removeQuietly,
} from '../../kit/index.ts';
import { isSafeRelativePath } from '../hash/manifest.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { type Aside, bringBack, dropAside, isThere, removeTree } from './aside.ts';
import { dropCheckpoints, saveCheckpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';

/**
 * What must be known to clean up after a run of a stage that was killed, at whatever instant. Written before the first
 * rename, and replaced as the run goes on.
 */
export interface Journal {
  readonly stage: StageName;
  /** `begun`: the old outs count. `done`: the new outs are complete and stored, the old ones may go. */
  readonly phase: 'begun' | 'done';
  readonly fingerprint: Digest;
  /** The outs, and the checkpoint paths with what stood there before and belongs to no attempt of this fingerprint. */
  readonly asides: readonly Aside[];
  readonly checkpoints: readonly ProjectPath[];
  /** Name of the folder in `<state>/scratch` in which this run builds files before they get their place. */
  readonly scratch: string;
  /** The value of FERMENT_STAGE_FILE, which no process but this run's has in its environment. */
  readonly stageFile: string | null;
  /** The leader of the command's process group, once it is known. */
  readonly leader: ProcessIdentity | null;
  /** With `done`: what the lock file is to say of the stage. */
  readonly lock?: JournalLock | undefined;
}

/** A stage's block that may not be in its lock file yet. */
export interface JournalLock {
  readonly file: ProjectPath;
  /** A lock with just this block, or with none when the block is to go. */
  readonly text: string;
}

/**
 * Brings the files of a run that was killed into order: after `done` the new outs stay and the checkpoints go; before,
 * checkpoints are kept for the next attempt and the old outs come back. May be repeated. A checkpoint that cannot be
 * kept stays where it is, the outs come back all the same, and then the failure is thrown.
 */
export function settle(root: string, state: string, journal: Journal): void {
  removeTree(scratchFolder(state, journal.scratch));
  removeQuietly(stageFileOf(state, journal.scratch));
  if (journal.phase === 'done') {
    dropAside(root, journal.asides);
    dropCheckpoints(root, state, journal.fingerprint, journal.checkpoints);
    return;
  }
  const untouched = new Set(
    journal.asides
      .filter(({ aside }) => aside !== null && !isThere(join(root, aside)))
      .map(({ path }) => path),
  );
  // What stands at a checkpoint path before the move aside is not of this attempt.
  const kept = journal.checkpoints.filter((path) => !untouched.has(path));
  try {
    saveCheckpoints(root, state, journal.fingerprint, kept);
  } catch (error) {
    const checkpoints = new Set(journal.checkpoints);
    bringBack(
      root,
      journal.asides.filter(({ path }) => !checkpoints.has(path)),
    );
    throw error;
  }
  bringBack(root, journal.asides);
}

/**
 * Settles a run that failed in this process. When that cannot be done now, it is left to the next command, with
 * everything that it needs for it on record, and the error says so. Returns the error to be thrown.
 */
export function settleOrLeave(
  claim: Claim,
  { root, state, journal }: { readonly root: string; readonly state: string; readonly journal: Journal },
  failure: unknown,
): unknown {
  try {
    settle(root, state, journal);
    return failure;
  } catch (error) {
    claim.abandon(journal);
    const code = isFermentError(error) ? error.code : 'STORE_UNWRITABLE';
    const hint = isFermentError(error) ? error.hint : undefined;
    const message = `${messageOf(failure)} Its old outs cannot be brought back yet: ${messageOf(error)}`;
    const next = 'They are kept in .ferment/aside, and the next command brings them back.';
    return new FermentError(code, message, {
      hint: hint === undefined ? next : `${hint} ${next}`,
      cause: failure,
    });
  }
}

/** The absolute path of a run's scratch folder. */
export function scratchFolder(state: string, scratch: string): string {
  return join(state, 'scratch', scratch);
}

/** The absolute path of the file that a run's stage program is given. */
export function stageFileOf(state: string, scratch: string): string {
  return join(state, 'scratch', `${scratch}.json`);
}

/** A journal from the notes of a claim, or undefined when they are none (nothing had begun, or the file is damaged). */
export function parseJournal(notes: unknown): Journal | undefined {
  if (!isRecord(notes)) return undefined;
  const { stage, phase, fingerprint, asides, checkpoints, scratch, stageFile, leader, lock } = notes;
  if (typeof stage !== 'string' || (phase !== 'begun' && phase !== 'done') || !isDigest(fingerprint))
    return undefined;
  if (!Array.isArray(asides) || !asides.every(isAside)) return undefined;
  if (!Array.isArray(checkpoints) || !checkpoints.every(isPath)) return undefined;
  if (typeof scratch !== 'string' || !/^[0-9a-f]{16}$/.test(scratch)) return undefined;
  return {
    stage,
    phase,
    fingerprint,
    asides,
    checkpoints,
    scratch,
    stageFile: typeof stageFile === 'string' ? stageFile : null,
    leader: isIdentity(leader) ? leader : null,
    ...(isJournalLock(lock) ? { lock } : {}),
  };
}

function isAside(value: unknown): value is Aside {
  if (!isRecord(value) || !isPath(value['path'])) return false;
  const { aside } = value;
  if (aside === null) return true;
  return typeof aside === 'string' && !isAbsolute(aside) && !aside.split(sep).includes('..');
}

function isJournalLock(value: unknown): value is JournalLock {
  return isRecord(value) && isPath(value['file']) && typeof value['text'] === 'string';
}

function isPath(value: unknown): value is ProjectPath {
  return typeof value === 'string' && isSafeRelativePath(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
