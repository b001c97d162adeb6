import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FermentError, isFermentError } from '../../kit/index.ts';
import type { Content, ProjectPath, Stage } from '../model.ts';
import { mayBeRestored, runsAlways } from '../run/decide.ts';
import { expandDeps } from '../run/find-deps.ts';
import { type Gathered, gatherInputs, type MissingInputs } from '../run/gather-inputs.ts';
import type { Session } from '../run/session.ts';
import { keptOuts } from '../run/store-outs.ts';
import { isStored } from '../store/restore.ts';
import { writeRunCache } from '../store/run-cache.ts';
import { compareCommand, compareDeps, compareParams, itemsByPath } from './compare-stage.ts';
import type { DvcEntry } from './dvc-lock.ts';
import type { Found } from './finder.ts';
import type { ImportContext } from './import-context.ts';
import { keepFound } from './keep-found.ts';
import type { StageReport } from './report.ts';
import { findOuts, placeOuts, takeMissingOuts } from './stage-outs.ts';

/**
 * Imports one stage's last success, when DVC would call the stage unchanged. Everything upstream was looked at before,
 * so that its missing outs are known. Throws NO_SPACE and STORE_UNWRITABLE; what is wrong with the stage is reported.
 */
export async function importStage(
  context: ImportContext,
  stage: Stage,
  entry: DvcEntry | undefined,
): Promise<StageReport> {
  try {
    if (entry !== undefined) await takeMissingOuts(context, stage, entry);
    if (!stage.frozen && runsAlways(stage)) return { outcome: 'always' };
    const deps = (await expandDeps(context.session, stage)).flatMap(({ paths }) => paths);
    if (await isKnown(context, stage, deps)) return { outcome: 'known' };
    if (entry === undefined) return { outcome: 'never-run' };
    return await importEntry(context, stage, { entry, deps });
  } catch (error) {
    if (!isFermentError(error) || error.code === 'NO_SPACE' || error.code === 'STORE_UNWRITABLE') throw error;
    return { outcome: 'failed', problem: error.message };
  }
}

/** True when the lock has the present inputs, and outs that are there or can be restored. */
async function isKnown(
  { session, finder }: ImportContext,
  stage: Stage,
  deps: readonly ProjectPath[],
): Promise<boolean> {
  const entry = session.entries.get(stage.name);
  if (entry === undefined) return false;
  for (const path of deps) await finder.takeVirtual(path);
  const missing: MissingInputs = { deps: [], params: [] };
  const { fingerprint } = await gatherInputs(session, stage, missing);
  if (missing.deps.length + missing.params.length > 0 || fingerprint !== entry.fingerprint) return false;
  for (const out of entry.outs) if (!(await isAvailable(session, out))) return false;
  return true;
}

async function isAvailable(session: Session, out: Content): Promise<boolean> {
  if (isStored(session.store, out)) return true;
  if (!existsSync(join(session.root, out.path))) return false;
  const now = await session.hasher.content(out.path);
  return now?.digest === out.digest && now.executable === out.executable;
}

async function importEntry(
  context: ImportContext,
  stage: Stage,
  { entry, deps }: { readonly entry: DvcEntry; readonly deps: readonly ProjectPath[] },
): Promise<StageReport> {
  const { session, finder } = context;
  const { root } = session;
  const depChanges = await compareDeps(finder, deps, itemsByPath(entry.deps, stage, root));
  const gathered = await gatherInputs(session, stage, { deps: [], params: [] });
  const changes = [
    ...compareCommand(entry, context.dvcLines.get(stage.name)),
    ...depChanges,
    ...compareParams(entry, stage, { values: gathered.inputs.params, root }),
  ];
  if (changes.length > 0 && stage.frozen) await placeOuts(context, stage, entry);
  if (changes.length > 0)
    return stage.frozen ? { outcome: 'frozen' } : { outcome: 'changed', changes, restorable: false };
  const outs = await findOuts(context, stage, itemsByPath(entry.outs, stage, root));
  if (outs.missing.length > 0) return { outcome: 'missing', paths: outs.missing };
  if (outs.found.length === stage.outs.length) await keepSuccess(context, stage, gathered, outs.found);
  return outs.changes.length > 0
    ? { outcome: 'changed', changes: outs.changes, restorable: outs.found.length === stage.outs.length }
    : { outcome: 'imported' };
}

/** Objects, then the run cache, then, with those of other stages, the lock. */
async function keepSuccess(
  { session, contents, pending, succeeded }: ImportContext,
  stage: Stage,
  { inputs, fingerprint }: Gathered,
  found: readonly Found[],
): Promise<void> {
  const outs = found.map(({ content }) => content);
  const kept = keptOuts(stage, outs);
  for (const each of found) {
    if (!kept.includes(each.content)) continue;
    const changed = await keepFound(contents, session.root, each);
    if (changed !== undefined)
      throw new FermentError('UNREADABLE', `${changed} changed while it was being imported.`);
  }
  succeeded.add(fingerprint);
  if (contents.isDry) return;
  if (kept.length === outs.length && mayBeRestored(stage))
    writeRunCache(session.state, { fingerprint, stage: stage.name, outs });
  pending.set(stage.name, { fingerprint, inputs, outs });
}
