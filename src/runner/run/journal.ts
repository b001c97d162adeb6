import { isAbsolute, join } from 'node:path';
import { type Digest, isDigest } from '../../kit/index.ts';
import { isSafeRelativePath } from '../hash/manifest.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { type Aside, bringBack, dropAside, isThere, removeTree } from './aside.ts';
import { saveCheckpoints } from './checkpoints.ts';
import { isIdentity, type ProcessIdentity } from './process-identity.ts';

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
}

/**
 * Brings the files of a run that was killed into order: after `done` the new outs stay; before, checkpoints are kept
 * for the next attempt and the old outs come back. May be repeated.
 */
export function settle(root: string, state: string, journal: Journal): void {
  removeTree(scratchFolder(state, journal.scratch));
  if (journal.phase === 'done') {
    dropAside(journal.asides);
    return;
  }
  const untouched = new Set(
    journal.asides.filter(({ aside }) => aside !== null && !isThere(aside)).map(({ path }) => path),
  );
  // What stands at a checkpoint path before the move aside is not of this attempt.
  const kept = journal.checkpoints.filter((path) => !untouched.has(path));
  saveCheckpoints(root, state, journal.fingerprint, kept);
  bringBack(root, journal.asides);
}

/** The absolute path of a run's scratch folder. */
export function scratchFolder(state: string, scratch: string): string {
  return join(state, 'scratch', scratch);
}

/** A journal from the notes of a claim, or undefined when they are none (nothing had begun, or the file is damaged). */
export function parseJournal(notes: unknown): Journal | undefined {
  if (!isRecord(notes)) return undefined;
  const { stage, phase, fingerprint, asides, checkpoints, scratch, stageFile, leader } = notes;
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
  };
}

function isAside(value: unknown): value is Aside {
  if (!isRecord(value) || !isPath(value['path'])) return false;
  const { aside } = value;
  return aside === null || (typeof aside === 'string' && isAbsolute(aside));
}

function isPath(value: unknown): value is ProjectPath {
  return typeof value === 'string' && isSafeRelativePath(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
