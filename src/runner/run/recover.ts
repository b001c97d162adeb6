import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../kit/index.ts';
import { recoverTrash } from '../gc/trash.ts';
import { LockFile, parseLock } from '../lock/index.ts';
import type { ProjectPath } from '../model.ts';
import { takeOver } from './claim.ts';
import { type ClaimRecord, isAbandoned, readClaim } from './claim-record.ts';
import { type Journal, parseJournal, settle } from './journal.ts';
import { killLeftovers } from './leftovers.ts';
import { journalFolder } from './state-paths.ts';
import { sweepOldTemporaries, sweepTemporariesOf } from './sweep.ts';
import { updateLockNow } from './update-lock.ts';

/**
 * Cleans up after commands that were killed in this project; every command begins with it. Costs one look into a
 * folder that is mostly empty. `warn` is told what was done.
 */
export function recover(
  {
    root,
    state,
    lockFile,
  }: { readonly root: string; readonly state: string; readonly lockFile: ProjectPath },
  warn: (text: string) => void,
): void {
  recoverTrash(state);
  const folder = journalFolder(state);
  const names = listOrNothing(folder);
  const killed = new Set<number>();
  for (const name of names) {
    if (!name.endsWith('.json')) continue;
    const file = join(folder, name);
    const record = readClaim(file);
    if (record === undefined || !isAbandoned(record)) continue;
    try {
      if (recoverStage(root, state, { file, record, warn }) && record.owner !== undefined)
        killed.add(record.owner.pid);
    } catch (error) {
      // Only that stage is held up by it.
      warn(
        `${name.slice(0, -'.json'.length)} cannot be cleaned up after a run that was killed: ${messageOf(error)}`,
      );
    }
  }
  // Only now: old outs that stand aside beside their path have such names too, until they are back.
  for (const pid of killed) sweepTemporariesOf(pid, { root, state, rootFiles: [lockFile, '.gitignore'] });
  sweepOldTemporaries(folder, names);
}

/** Cleans up after one stage's run. Returns false when another process is doing it. */
export function recoverStage(
  root: string,
  state: string,
  {
    file,
    record,
    warn,
  }: { readonly file: string; readonly record: ClaimRecord; readonly warn: (text: string) => void },
): boolean {
  return takeOver(file, record, (notes) => {
    const journal = parseJournal(notes);
    if (journal === undefined) return;
    const killed = killLeftovers(journal);
    settle(root, state, journal);
    enterInLock(root, state, journal);
    const what = journal.phase === 'done' ? 'its new outs were complete and stay' : 'its old outs are back';
    const left =
      killed === 0
        ? ''
        : `, ${killed === 1 ? 'a process' : `${killed} processes`} that it left running ended`;
    const ended = record.owner?.started === 'abandoned' ? 'ended badly' : 'was killed';
    warn(`An earlier run of stage '${journal.stage}' ${ended}: ${what}${left}.`);
  });
}

/** What was finished and only waited to be written into the lock. */
function enterInLock(root: string, state: string, { stage, phase, lock }: Journal): void {
  if (phase !== 'done' || lock === undefined) return;
  const entry = parseLock(lock.text).entries.get(stage);
  updateLockNow(state, new LockFile(root, lock.file), new Map([[stage, entry]]));
}

function listOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
