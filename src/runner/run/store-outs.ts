import { existsSync } from 'node:fs';
import { type Digest, FermentError, isFermentError } from '../../kit/index.ts';
import type { Content, Stage } from '../model.ts';
import { keepContent } from '../store/keep-content.ts';
import { type RunCacheEntry, runCachePath, writeRunCache } from '../store/run-cache.ts';
import { mayBeRestored } from './decide.ts';
import { flushToDisk } from './flush.ts';
import type { Session } from './session.ts';

/** Outs that git tracks are kept in the store as well, up to this size for a stage in total. */
export const SMALL_OUTS_BYTES = 16 * 1024 * 1024;

/**
 * Objects, then, with `flush` once they are on disk, the run-cache entry that names them. Returns the failure to write when
 * there is one.
 */
export async function storeOuts(
  session: Session,
  stage: Stage,
  {
    fingerprint,
    outs,
    flush = false,
  }: { readonly fingerprint: Digest; readonly outs: readonly Content[]; readonly flush?: boolean },
): Promise<FermentError | undefined> {
  const kept = keptOuts(stage, outs);
  try {
    for (const { path } of kept) {
      const measured = await session.hasher.measure(path);
      const changed =
        measured === undefined ? path : await keepContent(session.store, session.root, measured);
      if (changed !== undefined)
        throw new FermentError('STAGE_FAILED', `The out ${changed} changed while it was being stored.`, {
          hint: 'Something that the command left running still writes there. Run the stage again.',
        });
    }
    if (flush) await flushToDisk([session.root, session.state]);
    if (kept.length === outs.length && mayBeRestored(stage))
      writeRunCache(session.state, resultOf(stage, fingerprint, outs));
    return undefined;
  } catch (error) {
    if (isFermentError(error)) return error;
    throw error;
  }
}

/** The run-cache entry of a stage's success. */
export function resultOf(stage: Stage, fingerprint: Digest, outs: readonly Content[]): RunCacheEntry {
  const uncached = stage.outs.filter(({ cache }) => !cache).map(({ path }) => path);
  return { fingerprint, stage: stage.name, outs, ...(uncached.length === 0 ? {} : { uncached }) };
}

/** The outs that go into the store: the cached ones, and those for git while they are small. */
export function keptOuts(stage: Stage, outs: readonly Content[]): readonly Content[] {
  const isCached = new Map(stage.outs.map(({ path, cache }) => [path, cache]));
  const others = outs.filter(({ path }) => isCached.get(path) !== true);
  const size = others.reduce((sum, out) => sum + out.size, 0);
  return size <= SMALL_OUTS_BYTES ? outs : outs.filter(({ path }) => isCached.get(path) === true);
}

/**
 * Stores the outs of a fresh stage that the run cache does not know: its run ended on a full disk, or its outs came
 * by another way than the store. One look at one file where there is nothing to do. Returns the failure to write.
 */
export async function storeIfUnknown(session: Session, stage: Stage): Promise<FermentError | undefined> {
  const entry = session.entries.get(stage.name);
  if (entry === undefined || !mayBeRestored(stage) || keptOuts(stage, entry.outs).length < entry.outs.length)
    return undefined;
  const { fingerprint, outs } = entry;
  if (existsSync(runCachePath(session.state, fingerprint))) return undefined;
  return storeOuts(session, stage, { fingerprint, outs });
}

/** True for an error that says that nothing more can be written. */
export function isStoreFailure(error: unknown): boolean {
  return isFermentError(error) && (error.code === 'NO_SPACE' || error.code === 'STORE_UNWRITABLE');
}
