import { FermentError } from '../../kit/index.ts';
import type { Change, Content, LockEntry, Stage } from '../model.ts';
import { areSameInputs, compareInputs } from '../plan/index.ts';
import { isStored } from '../store/restore.ts';
import { readRunCache } from '../store/run-cache.ts';
import { createIsDep } from './find-deps.ts';
import { type Gathered, gatherInputs } from './gather-inputs.ts';
import { hintCommand } from './hint-command.ts';
import type { Session } from './session.ts';

/** What is to be done with a stage whose upstream is done, and why. */
export type Decided =
  | { readonly kind: 'frozen' }
  | { readonly kind: 'unchanged'; readonly gathered: Gathered }
  | (Stale & { readonly kind: 'restore'; readonly outs: readonly Content[] })
  | (Stale & { readonly kind: 'run' });

interface Stale {
  readonly gathered: Gathered;
  readonly reasons: readonly Change[];
  /** What the lock said of the stage. */
  readonly entry: LockEntry | undefined;
}

export interface DecideOptions {
  readonly force: boolean;
  readonly useRunCache: boolean;
}

/**
 * Decides about one stage. Throws what `gatherInputs` throws, and MISSING_OUT for a frozen stage whose outs are
 * nowhere.
 */
export async function decide(session: Session, stage: Stage, options: DecideOptions): Promise<Decided> {
  if (stage.frozen) return decideFrozen(session, stage);
  const gathered = await gatherInputs(session, stage);
  const reasons = await reasonsFor(session, stage, gathered, options.force);
  if (reasons.length === 0) return { kind: 'unchanged', gathered };
  const outs =
    mayBeRestored(stage) && !options.force ? findOuts(session, gathered, stage, options) : undefined;
  const stale = { gathered, reasons, entry: session.entries.get(stage.name) };
  return outs === undefined ? { kind: 'run', ...stale } : { kind: 'restore', ...stale, outs };
}

/** DVC's callback stages: nothing can say that they are fresh. */
function isCallback(stage: Stage): boolean {
  return stage.deps.length === 0 && stage.params.length === 0 && stage.outs.length === 0;
}

export function runsAlways(stage: Stage): boolean {
  return stage.alwaysChanged || isCallback(stage);
}

/** False for stages whose result does not follow from their inputs, or that have none. */
export function mayBeRestored(stage: Stage): boolean {
  return !runsAlways(stage) && stage.outs.length > 0 && !stage.outs.some(({ persist }) => persist);
}

/** The outs that such inputs gave and that are wholly in the store: those of the lock, or of the run cache. */
export function findOuts(
  session: Session,
  { inputs, fingerprint }: Gathered,
  stage: Stage,
  { useRunCache }: { readonly useRunCache: boolean },
): readonly Content[] | undefined {
  const entry = session.entries.get(stage.name);
  const locked = entry !== undefined && areSameInputs(entry.inputs, inputs) ? entry.outs : undefined;
  const cached = useRunCache ? readRunCache(session.state, fingerprint)?.outs : undefined;
  return [locked, cached].find((outs) => outs !== undefined && isWhole(session, stage, outs));
}

function isWhole(session: Session, stage: Stage, outs: readonly Content[]): boolean {
  const paths = new Set(outs.map(({ path }) => path));
  const complete = outs.length === stage.outs.length && stage.outs.every(({ path }) => paths.has(path));
  return complete && outs.every((content) => isStored(session.store, content) && countsAll(session, content));
}

/** With files that are ignored by now, a restored folder would not be what was restored: the stage runs again. */
function countsAll({ hasher, store }: Session, { kind, path, digest }: Content): boolean {
  return kind === 'file' || hasher.countsAll(path, () => store.readManifest(digest));
}

/** How the outs on disk differ from those that a success left. */
export async function compareOuts(session: Session, outs: readonly Content[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const then of outs) {
    const now = await session.hasher.content(then.path);
    if (now === undefined)
      changes.push({ kind: 'out', name: then.path, change: 'deleted', old: then.digest });
    else if (now.digest !== then.digest || now.executable !== then.executable)
      changes.push({ kind: 'out', name: then.path, change: 'modified', old: then.digest, new: now.digest });
  }
  return changes;
}

async function reasonsFor(
  session: Session,
  stage: Stage,
  { inputs }: Gathered,
  force: boolean,
): Promise<readonly Change[]> {
  const entry = session.entries.get(stage.name);
  const changes = [...compareInputs(entry, inputs, createIsDep(session.graph, stage))];
  if (changes.length === 0 && entry !== undefined) changes.push(...(await compareOuts(session, entry.outs)));
  if (changes.length === 0 && runsAlways(stage))
    changes.push({ kind: 'always', name: stage.name, change: 'modified' });
  if (changes.length === 0 && force) changes.push({ kind: 'always', name: '--force', change: 'modified' });
  return changes;
}

async function decideFrozen(session: Session, stage: Stage): Promise<Decided> {
  for (const { path } of stage.outs) {
    if (session.hasher.look(path) !== undefined) continue;
    throw new FermentError(
      'MISSING_OUT',
      `Stage '${stage.name}' is frozen, but its out ${path} does not exist.`,
      {
        hint: `Remove 'frozen: true' to run it, or put its outs back with: ${hintCommand(session.project, 'checkout', stage.name)}`,
      },
    );
  }
  return { kind: 'frozen' };
}
