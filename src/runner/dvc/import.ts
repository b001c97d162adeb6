import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { type LoadOptions, loadProject, type Project } from '../load/index.ts';
import { readText } from '../load/read-text.ts';
import type { LockEntry, Stage, StageName } from '../model.ts';
import { claimStage } from '../run/claim-stage.ts';
import { closeSession, openSession } from '../run/session.ts';
import { updateLock } from '../run/update-lock.ts';
import type { Warn } from '../status/index.ts';
import { Contents } from './contents.ts';
import { importData } from './data-files.ts';
import { findDvcFolder } from './dvc-folder.ts';
import { type DvcEntry, type DvcLock, parseDvcLock } from './dvc-lock.ts';
import { Finder } from './finder.ts';
import { GitVersions } from './git-versions.ts';
import type { ImportContext } from './import-context.ts';
import { importStage } from './import-stage.ts';
import { linksInto, replaceLinks } from './links.ts';
import type { OnRead } from './object-keeper.ts';
import { IMPORT_CLAIM } from './place.ts';
import type { ImportReport, StageReport } from './report.ts';
import { importRuns } from './runs.ts';

export interface ImportOptions {
  /** Only say what would be imported. */
  readonly dry?: boolean;
  /** Take also the runs that a dvc.lock had in any commit. */
  readonly allCommits?: boolean;
  readonly warn?: Warn;
  /** Told of each file that was read. */
  readonly onRead?: OnRead;
  readonly env?: NodeJS.ProcessEnv;
}

/** How long finished stages wait for being written to the lock together. */
const FLUSH_MS = 1000;

/**
 * Takes over what DVC knows about a project: for each stage that DVC would call unchanged an entry in the lock, with
 * the outs in the store. Nothing of DVC's is changed. May be repeated, and goes on where it was killed.
 * Throws USAGE where there is no DVC, and what `loadProject` and `openSession` throw.
 */
export async function importDvc(load: LoadOptions, options: ImportOptions = {}): Promise<ImportReport> {
  const project = loadProject(load);
  const dvc = findDvcFolder(project.root, options.env ?? process.env);
  if (dvc === undefined) {
    throw new FermentError(
      'USAGE',
      `There is no DVC project here: no .dvc folder in ${project.root} or above.`,
      {
        hint: 'Nothing needs to be imported. Begin with: ferment repro',
      },
    );
  }
  const warn = options.warn ?? (() => {});
  const isDry = options.dry === true;
  const session = openSession(project, warn);
  const quiet = { runId: '', lockFile: project.lockFile, signal: undefined, emit: () => {} };
  const claim = isDry ? undefined : (await claimStage(session, quiet, IMPORT_CLAIM)).claim;
  try {
    const contents = new Contents(dvc.cache, session.store, isDry, options.onRead ?? (() => {}));
    const context: ImportContext = {
      session,
      contents,
      finder: new Finder(session.hasher, contents, dvc.root),
      load,
      cache: dvc.cache,
      claim,
      dvcLines: linesOf(loadProject({ ...load, quoting: 'none' })),
      succeeded: new Set(),
      pending: new Map(),
    };
    const data = await importData(context);
    const stages = await importStages(context, warn);
    const git = new GitVersions(project.root);
    const runs = await importRuns(context, { git, allCommits: options.allCommits === true });
    const report = { dry: isDry, stages, data, runs, damaged: contents.cache.damaged, cache: dvc.cache };
    session.hasher.forget();
    closeSession(session);
    return { ...report, ...contents.keeper.imported };
  } finally {
    claim?.release();
  }
}

/** The command lines as DVC pastes values into them. */
function linesOf({ stages }: Project): ReadonlyMap<StageName, readonly string[]> {
  return new Map(
    stages.flatMap(({ name, command }) => (command.kind === 'shell' ? [[name, command.lines] as const] : [])),
  );
}

async function importStages(
  context: ImportContext,
  warn: Warn,
): Promise<ReadonlyMap<StageName, StageReport>> {
  const { session } = context;
  const locks = new Map<string, DvcLock>();
  const reports = new Map<StageName, StageReport>();
  let flushed = performance.now();
  for (const name of session.graph.order) {
    const stage = session.graph.stages.get(name);
    if (stage === undefined) continue;
    if (context.claim !== undefined) copyLinks(context, stage);
    reports.set(name, await importStage(context, stage, entryOf(locks, stage, { context, warn })));
    if (performance.now() - flushed < FLUSH_MS) continue;
    await flush(context);
    flushed = performance.now();
  }
  await flush(context);
  return new Map(
    session.project.stages.map(({ name }) => [name, reports.get(name) ?? { outcome: 'never-run' }]),
  );
}

/** What the dvc.lock beside a stage's pipeline file says of it. */
function entryOf(
  locks: Map<string, DvcLock>,
  { file, name }: Stage,
  { context, warn }: { readonly context: ImportContext; readonly warn: Warn },
): DvcEntry | undefined {
  const folder = dirname(file);
  const path = folder === '.' ? 'dvc.lock' : `${folder}/dvc.lock`;
  let lock = locks.get(path);
  if (lock === undefined) {
    const read = readText(join(context.session.root, path), MAX_LOCK_BYTES);
    lock = parseDvcLock(read.kind === 'text' ? read.text : '', path);
    locks.set(path, lock);
    if (read.kind === 'unreadable') warn(`${path} cannot be used: ${read.reason}.`);
    for (const text of lock.warnings) warn(text);
  }
  return lock.entries.get(folder === '.' ? name : name.slice(folder.length + 1));
}

const MAX_LOCK_BYTES = 64_000_000;

function copyLinks({ session, cache }: ImportContext, stage: Stage): void {
  for (const { path, persist } of stage.outs) {
    const absolute = join(session.root, path);
    if (lstatSync(absolute, { throwIfNoEntry: false }) !== undefined)
      // A stage writes into its persistent outs in place: through a hard link that would be into DVC's cache.
      replaceLinks(session.root, path, linksInto(cache, absolute, { hardLinks: persist }));
  }
}

/** Writes finished stages to the lock, but not those that another command has written meanwhile. */
async function flush({ session, pending }: ImportContext): Promise<void> {
  if (pending.size === 0) return;
  const { state, lock, entries } = session;
  const now = lock.read().entries;
  const changes = [...pending].filter(([name]) => isSameEntry(now.get(name), entries.get(name)));
  await updateLock(state, lock, new Map(changes));
  pending.clear();
}

function isSameEntry(a: LockEntry | undefined, b: LockEntry | undefined): boolean {
  return a?.fingerprint === b?.fingerprint && JSON.stringify(a?.outs) === JSON.stringify(b?.outs);
}
