import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, FermentError, isFermentError } from '../../kit/index.ts';
import type { LoadOptions } from '../load/index.ts';
import type { Change, Content, LockEntry, ProjectPath, Stage, StageName } from '../model.ts';
import type { Claim } from '../run/claim.ts';
import { mayBeRestored, runsAlways } from '../run/decide.ts';
import { expandDeps } from '../run/find-deps.ts';
import { type Gathered, gatherInputs, type MissingInputs } from '../run/gather-inputs.ts';
import type { Session } from '../run/session.ts';
import { keptOuts } from '../run/store-outs.ts';
import { isStored } from '../store/restore.ts';
import { writeRunCache } from '../store/run-cache.ts';
import { compareCommand, compareDeps, compareParams, itemsByPath } from './compare-stage.ts';
import type { Contents } from './contents.ts';
import type { DvcEntry, DvcItem } from './dvc-lock.ts';
import { contentOfRows, type Finder, type Found } from './finder.ts';
import { keepFound } from './keep-found.ts';
import { linksInto } from './links.ts';
import { placeFromCache } from './place.ts';
import type { StageReport } from './report.ts';

/** One import at work. */
export interface ImportContext {
  readonly session: Session;
  readonly finder: Finder;
  readonly contents: Contents;
  /** How the project was loaded. */
  readonly load: LoadOptions;
  /** Absolute path of DVC's cache. */
  readonly cache: string;
  /** Undefined on a dry run. */
  readonly claim: Claim | undefined;
  /** The command lines of each stage as DVC makes them of the pipeline file. */
  readonly dvcLines: ReadonlyMap<StageName, readonly string[]>;
  /** The fingerprints of the stages that were imported. */
  readonly succeeded: Set<Digest>;
  /** Entries that are to be written to the lock. */
  readonly pending: Map<StageName, LockEntry>;
}

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

/** Outs that are not in the workspace, or not yet its own, are taken from the cache, for this stage and those below. */
async function takeMissingOuts(context: ImportContext, stage: Stage, entry: DvcEntry): Promise<void> {
  const { session, finder, contents, cache, claim } = context;
  const noted = itemsByPath(entry.outs, stage, session.root);
  for (const { path } of stage.outs) {
    const item = noted.get(path);
    if (item?.content === undefined) continue;
    const absolute = join(session.root, path);
    // On a dry run, links are not replaced by copies.
    const isThere = lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
    if (isThere && !(claim === undefined && linksInto(cache, absolute).length > 0)) continue;
    const rows = await contents.fromCache(item.content, { isStoring: true, executable: item.executable });
    if (rows !== undefined) finder.addVirtual(path, rows, item.content.isFolder);
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

/** A frozen stage has no entry that could restore its outs when its inputs have changed: they are put in place now. */
async function placeOuts(
  { session, contents, claim }: ImportContext,
  stage: Stage,
  entry: DvcEntry,
): Promise<void> {
  for (const [path, item] of itemsByPath(entry.outs, stage, session.root)) {
    const isDeclared = stage.outs.some((out) => out.path === path);
    const { content } = item;
    if (claim === undefined || content === undefined || !isDeclared) continue;
    if (lstatSync(join(session.root, path), { throwIfNoEntry: false }) === undefined)
      await placeFromCache({ session, contents, claim }, { path, item: { ...item, content } });
  }
}

interface FoundOuts {
  /** The outs that DVC noted, wherever they were found. */
  readonly found: readonly Found[];
  readonly missing: readonly ProjectPath[];
  /** How the workspace differs from them. */
  readonly changes: readonly Change[];
}

async function findOuts(
  { finder, contents }: ImportContext,
  stage: Stage,
  noted: ReadonlyMap<ProjectPath, DvcItem>,
): Promise<FoundOuts> {
  const found: Found[] = [];
  const missing: ProjectPath[] = [];
  const changes: Change[] = [];
  for (const { path: name } of stage.outs) {
    const item = noted.get(name);
    const now = await finder.find(name, true);
    if (item?.content === undefined) changes.push({ kind: 'out', name, change: 'new' });
    else if (now === undefined) missing.push(name);
    else if (await finder.isSame(now, item.content)) found.push(now);
    else {
      changes.push({ kind: 'out', name, change: 'modified' });
      const { isFolder } = item.content;
      const rows = await contents.fromCache(item.content, { isStoring: true, executable: item.executable });
      if (rows !== undefined)
        found.push({ content: contentOfRows(name, rows, isFolder), rows, measured: undefined });
    }
  }
  return { found, missing, changes };
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
