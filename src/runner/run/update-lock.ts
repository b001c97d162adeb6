import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FermentError } from '../../kit/index.ts';
import type { LockFile } from '../lock/index.ts';
import type { LockEntry, StageName } from '../model.ts';
import { takeOver, tryClaim } from './claim.ts';
import type { ClaimRecord } from './claim-record.ts';
import type { SpareFiles } from './spare-files.ts';

/** A lock file is rewritten in milliseconds; who holds its claim longer than this hangs. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 10;

/** Stages' new blocks; an undefined one is removed. */
export type LockChanges = ReadonlyMap<StageName, LockEntry | undefined>;

/**
 * Changes some stages' blocks in the lock file: reads it anew, so that what other commands wrote meanwhile stays, and
 * replaces it. Throws BUSY, NO_SPACE, STORE_UNWRITABLE.
 */
export async function updateLock(
  state: string,
  lock: LockFile,
  changes: LockChanges,
  spares?: SpareFiles,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (
    let held = tryUpdate(state, lock, changes, spares);
    held !== undefined;
    held = tryUpdate(state, lock, changes, spares)
  ) {
    if (Date.now() > deadline) throw busy(state, lock, held);
    await pause(PAUSE_MS);
  }
}

/** The same at once, for cleaning up before a command begins. */
export function updateLockNow(state: string, lock: LockFile, changes: LockChanges): void {
  const deadline = Date.now() + PATIENCE_MS;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (
    let held = tryUpdate(state, lock, changes);
    held !== undefined;
    held = tryUpdate(state, lock, changes)
  ) {
    if (Date.now() > deadline) throw busy(state, lock, held);
    Atomics.wait(sleeper, 0, 0, PAUSE_MS);
  }
}

/** Returns who holds the claim when the lock could not be changed. */
function tryUpdate(
  state: string,
  lock: LockFile,
  changes: LockChanges,
  spares?: SpareFiles,
): ClaimRecord | undefined {
  const file = claimFile(state);
  for (;;) {
    const attempt = tryClaim(file, null, spares);
    if (attempt.kind === 'held') return attempt.record;
    if (attempt.kind === 'abandoned') takeOver(file, attempt.record, () => {});
    else {
      try {
        const entries = new Map(lock.read().entries);
        for (const [stage, entry] of changes) {
          if (entry === undefined) entries.delete(stage);
          else entries.set(stage, entry);
        }
        lock.write(entries);
        return undefined;
      } finally {
        attempt.claim.release();
      }
    }
  }
}

function claimFile(state: string): string {
  return join(state, 'lock-writer');
}

function busy(state: string, lock: LockFile, { owner }: ClaimRecord): FermentError {
  return new FermentError('BUSY', `${lock.path} is held by process ${owner?.pid} on ${owner?.host}.`, {
    hint: `Wait for it or end it, then run the same command again. If there is no such process, remove ${claimFile(state)}.`,
  });
}
