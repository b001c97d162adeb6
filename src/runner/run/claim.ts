import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import {
  type AtomicOptions,
  explainWriteError,
  ownIdentity,
  type ProcessIdentity,
  removeQuietly,
} from '../../kit/index.ts';
import { append, linkExclusively, unlinkIfThere } from './claim-file.ts';
import { type ClaimRecord, isAbandoned, readClaim } from './claim-record.ts';
import { SpareFiles } from './spare-files.ts';

/** A file that this process holds. */
export interface Claim {
  /** Replaces the notes: after a kill they are there; after a power cut, too, unless `durable` is false. */
  note(notes: unknown, options?: AtomicOptions): void;
  /** Leaves the file, with these notes, to whoever comes next, as if this process were gone. */
  abandon(notes: unknown): void;
  /** Removes the file, unless it was abandoned. */
  release(): void;
}

export type ClaimAttempt =
  | { readonly kind: 'mine'; readonly claim: Claim }
  | { readonly kind: 'held'; readonly record: ClaimRecord }
  /** The holder is gone; `takeOver` cleans up. */
  | { readonly kind: 'abandoned'; readonly record: ClaimRecord };

/**
 * Claims a file for this process: it appears whole, with its content, or not at all. Never waits. `spares`, on the same
 * file system, makes many claims one after the other cheaper. Throws NO_SPACE or STORE_UNWRITABLE.
 */
export function tryClaim(file: string, notes: unknown, spares?: SpareFiles): ClaimAttempt {
  const id = randomBytes(16).toString('hex');
  const text = (content: unknown, owner = ownIdentity()): string =>
    `${JSON.stringify({ id, owner, notes: content })}\n`;
  let temporary: string | undefined;
  try {
    temporary = (spares ?? new SpareFiles(dirname(file))).write(text(notes));
    for (;;) {
      if (linkExclusively(temporary, file)) {
        return { kind: 'mine', claim: claimOf(file, text, spares) };
      }
      const record = readClaim(file);
      if (record !== undefined) return { kind: isAbandoned(record) ? 'abandoned' : 'held', record };
      // It was released between the two looks; try again.
    }
  } catch (error) {
    throw explainWriteError(error, file);
  } finally {
    if (temporary !== undefined) removeQuietly(temporary);
  }
}

function claimOf(
  file: string,
  text: (notes: unknown, owner?: ProcessIdentity) => string,
  spares: SpareFiles | undefined,
): Claim {
  let isAbandoned = false;
  return {
    note: (notes, options) => append(file, text(notes), options),
    abandon: (notes) => {
      isAbandoned = true;
      try {
        append(file, text(notes, { ...ownIdentity(), started: 'abandoned' }));
      } catch {
        // It stays claimed until this process ends.
      }
    },
    release: () => {
      if (isAbandoned) return;
      if (spares === undefined) unlinkIfThere(file);
      else spares.take(file);
    },
  };
}

/**
 * Cleans up after a holder that is gone, and removes its claim. Of several processes that try, one does: who holds
 * the claim on this very record. Returns false when another process has been faster or is at it.
 */
export function takeOver(file: string, record: ClaimRecord, cleanUp: (notes: unknown) => void): boolean {
  const right = `${file}.${record.id}`;
  const attempt = tryClaim(right, null);
  if (attempt.kind === 'held') return false;
  if (attempt.kind === 'abandoned') {
    // Who was cleaning up was killed as well; cleaning up twice does no harm.
    takeOver(right, attempt.record, () => {});
    return takeOver(file, record, cleanUp);
  }
  try {
    if (readClaim(file)?.id !== record.id) return false;
    cleanUp(record.notes);
    unlinkIfThere(file);
    return true;
  } finally {
    attempt.claim.release();
  }
}
