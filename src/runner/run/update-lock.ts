import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FermentError } from '../../kit/index.ts';
import { type Lock, readLock, writeLock } from '../lock/index.ts';
import type { LockEntry, ProjectPath, StageName } from '../model.ts';
import { takeOver, tryClaim } from './claim.ts';

/** A lock file is rewritten in milliseconds; who holds its claim longer than this hangs. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 10;

/**
 * Changes some stages' blocks in the lock file: reads it anew, so that what other commands wrote meanwhile stays, and
 * replaces it. An undefined entry removes the block. Returns the entries as they are now. Throws BUSY, NO_SPACE,
 * STORE_UNWRITABLE.
 */
export async function updateLock(
  root: string,
  state: string,
  lockFile: ProjectPath,
  changes: ReadonlyMap<StageName, LockEntry | undefined>,
): Promise<Lock['entries']> {
  const file = join(state, 'lock-writer');
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const attempt = tryClaim(file, null);
    if (attempt.kind === 'mine') {
      try {
        const entries = new Map(readLock(root, lockFile).entries);
        for (const [stage, entry] of changes) {
          if (entry === undefined) entries.delete(stage);
          else entries.set(stage, entry);
        }
        writeLock(root, entries, lockFile);
        return entries;
      } finally {
        attempt.claim.release();
      }
    }
    if (attempt.kind === 'abandoned') takeOver(file, attempt.record, () => {});
    else if (Date.now() > deadline) {
      const { owner } = attempt.record;
      throw new FermentError('BUSY', `${lockFile} is held by process ${owner?.pid} on ${owner?.host}.`, {
        hint: `Wait for it or end it, then run the same command again. If there is no such process, remove ${file}.`,
      });
    } else await pause(PAUSE_MS);
  }
}
