import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  type AtomicOptions,
  digestOf,
  errnoOf,
  explainWriteError,
  removeQuietly,
  syncFolder,
  writeFileAtomic,
} from '../../kit/index.ts';
import { isGone, isIdentity, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { SpareFiles } from './spare-files.ts';

/** What a claim file says: who holds it, and the holder's notes for whoever must clean up after it. */
export interface ClaimRecord {
  /** One of its kind: no two claims, ever, have the same. */
  readonly id: string;
  readonly owner: ProcessIdentity | undefined;
  readonly notes: unknown;
}

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

/** Beyond this, a claim is written anew instead of longer. */
const MAX_APPENDED_BYTES = 256 * 1024;

/**
 * Adds a line, which costs a tenth of a new file. The last whole line counts: one that is torn by a kill is as if it had
 * not been written, and one that a full disk tore does not spoil the next, which begins with a line break.
 */
function append(file: string, text: string, options: AtomicOptions = {}): void {
  try {
    const fd = openSync(file, constants.O_WRONLY | constants.O_APPEND);
    try {
      if (fstatSync(fd).size > MAX_APPENDED_BYTES) {
        writeFileAtomic(file, text, options);
        return;
      }
      const bytes = Buffer.from(`\n${text}`);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      if (options.durable !== false) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (options.durable !== false) syncFolder(dirname(file));
  } catch (error) {
    // Somebody removed the file of a process that is at work.
    if (errnoOf(error) === 'ENOENT') writeFileAtomic(file, text, options);
    else throw explainWriteError(error, file);
  }
}

/** What a claim file says, or undefined when there is none: its last whole line. A damaged one has no owner. */
export function readClaim(file: string): ClaimRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  for (const line of text.split('\n').reverse()) {
    const record = line === '' ? undefined : recordIn(line);
    if (record !== undefined) return record;
  }
  return { id: digestOf(text).slice(0, 32), owner: undefined, notes: undefined };
}

function recordIn(line: string): ClaimRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, owner, notes } = value as Record<string, unknown>;
    return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && isIdentity(owner)
      ? { id, owner, notes }
      : undefined;
  } catch {
    return undefined;
  }
}

/** True when nobody can be holding it any more. */
export function isAbandoned(record: ClaimRecord): boolean {
  return record.owner === undefined || isGone(record.owner);
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

/** Hard links are what makes a file appear with its content; where there are none, it is written after it appears. */
function linkExclusively(temporary: string, file: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return false;
    if (errno !== 'EPERM' && errno !== 'ENOTSUP' && errno !== 'EOPNOTSUPP' && errno !== 'ENOSYS') throw error;
  }
  try {
    writeFileSync(file, readFileSync(temporary), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
