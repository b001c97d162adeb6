import { renameSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { errnoOf, explainWriteError, FermentError, makeFolder, syncFolder } from '../../kit/index.ts';
import { isThere, removeTree } from '../run/aside.ts';
import { type Claim, takeOver, tryClaim } from '../run/claim.ts';
import { type ClaimRecord, isAbandoned, readClaim } from '../run/claim-record.ts';
import { namesIn } from './live.ts';

/**
 * What a sweep takes out of the store waits in `<state>/trash/<id>`, laid out as the store is, until it was looked at
 * once more. `<id>.verified` is for good: nothing names what is in there.
 */
function trashFolder(state: string): string {
  return join(state, 'trash');
}

const VERIFIED = '.verified';

/** Held by the one command that sweeps. */
function sweeperFile(state: string): string {
  return join(state, 'sweeper');
}

/** The right to sweep; there is one in a project. Throws BUSY when another command has it. */
export function claimSweep(state: string): Claim {
  for (;;) {
    const attempt = tryClaim(sweeperFile(state), null);
    if (attempt.kind === 'mine') return attempt.claim;
    const { owner } = attempt.record;
    if (attempt.kind === 'abandoned' && recoverTrash(state)) continue;
    throw new FermentError('BUSY', `Process ${owner?.pid} on ${owner?.host} is deleting from the store.`, {
      hint: `Wait for it, then run the same command again. If there is no such process, remove ${sweeperFile(state)}.`,
    });
  }
}

/** Moves files out of the store. Those that are gone meanwhile are passed over. */
export class Trash {
  readonly #state: string;
  readonly #folder: string;
  readonly #made = new Set<string>();

  constructor(state: string, id: string) {
    this.#state = state;
    this.#folder = join(trashFolder(state), id);
  }

  /** Throws NO_SPACE or STORE_UNWRITABLE. */
  take(path: string): void {
    const target = join(this.#folder, relative(this.#state, path));
    try {
      if (!this.#made.has(dirname(target))) makeFolder(dirname(target));
      this.#made.add(dirname(target));
      renameSync(path, target);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw explainWriteError(error, target);
    }
  }

  /** Puts one file back; the same may have been stored anew meanwhile. */
  putBack(path: string): void {
    restoreFile(join(this.#folder, relative(this.#state, path)), path);
  }

  /** Deletes for good. */
  purge(): void {
    if (!isThere(this.#folder)) return;
    // Without this, a power cut could leave the deletion and lose what was put back.
    for (const folder of this.#made) syncFolder(join(this.#state, relative(this.#folder, folder)));
    renameSync(this.#folder, this.#folder + VERIFIED);
    removeTree(this.#folder + VERIFIED);
  }
}

/** Deletes what an earlier sweep had verified when it was stopped. */
export function purgeVerified(state: string): void {
  for (const name of namesIn(trashFolder(state)))
    if (name.endsWith(VERIFIED)) removeTree(join(trashFolder(state), name));
}

/**
 * Puts back what a sweep took that was killed before it had verified: something may name it by now. Costs one look
 * where there was none. Returns false when the sweeper is still at work.
 */
export function recoverTrash(state: string): boolean {
  const file = sweeperFile(state);
  const isOpen = namesIn(trashFolder(state)).some((name) => !name.endsWith(VERIFIED));
  const record = readClaim(file);
  if (record === undefined && !isOpen) return true;
  if (record !== undefined) return takeOverSweep(state, file, record);
  const attempt = tryClaim(file, null);
  if (attempt.kind !== 'mine') return false;
  try {
    putBackAll(state);
    return true;
  } finally {
    attempt.claim.release();
  }
}

function takeOverSweep(state: string, file: string, record: ClaimRecord): boolean {
  return isAbandoned(record) && takeOver(file, record, () => putBackAll(state));
}

function putBackAll(state: string): void {
  for (const name of namesIn(trashFolder(state)))
    if (!name.endsWith(VERIFIED)) putBackFolder(state, join(trashFolder(state), name));
}

/** Objects before the entries that name them. */
function putBackFolder(state: string, folder: string): void {
  for (const part of ['objects', 'runs'])
    for (const shard of namesIn(join(folder, part)))
      for (const name of namesIn(join(folder, part, shard)))
        restoreFile(join(folder, part, shard, name), join(state, part, shard, name));
  removeTree(folder);
}

function restoreFile(from: string, to: string): void {
  try {
    // The same name has the same content.
    makeFolder(dirname(to));
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw explainWriteError(error, to);
  }
}
