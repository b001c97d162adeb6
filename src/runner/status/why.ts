import { statSync } from 'node:fs';
import { formatBytes } from '../../kit/index.ts';
import { compareBundles } from '../bundle/record.ts';
import { Explainer, type FileChange } from '../diff/explain.ts';
import type { LineCounts } from '../diff/line-counts.ts';
import type { Project } from '../load/index.ts';
import { put } from '../load/object.ts';
import type { Change, CodeFingerprint, ProjectPath, Stage, StageName } from '../model.ts';
import { findOuts, mayBeRestored, runsAlways } from '../run/decide.ts';
import type { Gathered } from '../run/gather-inputs.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import { keptOuts, SMALL_OUTS_BYTES } from '../run/store-outs.ts';
import { runCachePath } from '../store/run-cache.ts';
import { type Inspected, inspect } from './inspect.ts';
import type { Warn } from './status.ts';
import { unknownStage } from './unknown-stage.ts';

/** Why a stage is stale, and what will be done about it. */
export interface Why {
  readonly stage: StageName;
  /** Empty when it is fresh. */
  readonly changes: readonly Change[];
  /** What a code change is made of: modules of the program, packages. Empty where the records of it are gone. */
  readonly code: readonly CodeChange[];
  /** Of each changed dep and out, by its path: the files behind it. Not there where they are not known any more. */
  readonly files: Readonly<Record<ProjectPath, readonly FileChange[]>>;
  /** What `repro` would do if nothing upstream changed; undefined when a dep is missing. */
  readonly next: 'nothing' | 'restore' | 'run' | undefined;
  /** Why its results cannot be restored from the run cache, ever, in words. */
  readonly notRestorable: string | undefined;
  /** When the result was made that would be restored, ISO 8601. */
  readonly restoredFrom: string | undefined;
}

/** A module or package behind a change of code. */
export interface CodeChange extends Change {
  readonly lines?: LineCounts;
}

/** Explains one stage. Throws USAGE for a stage that does not exist, else what `status` throws. */
export async function why(project: Project, name: StageName, warn: Warn = () => {}): Promise<Why> {
  const session = openSession(project, warn);
  const stage = session.graph.stages.get(name);
  if (stage === undefined) throw unknownStage(name, session.graph.stages.keys());
  const inspected = await inspect(session, stage);
  const { changes, gathered } = inspected;
  const entry = session.entries.get(name);
  const code =
    gathered === undefined || entry === undefined
      ? []
      : changesOfCode(session, entry.inputs.code, gathered.inputs.code);
  const files = await filesBehind(session, { ...inspected, stage: name });
  const next = nextStep(session, stage, inspected);
  closeSession(session);
  return {
    stage: name,
    changes,
    code,
    files,
    next,
    notRestorable: notRestorable(session, stage),
    restoredFrom: next === 'restore' ? madeAt(session, gathered) : undefined,
  };
}

function nextStep(session: Session, stage: Stage, { changes, gathered, missing }: Inspected): Why['next'] {
  if (stage.frozen || changes.length === 0) return 'nothing';
  if (gathered === undefined || missing.deps.length + missing.params.length > 0) return undefined;
  const outs = mayBeRestored(stage) ? findOuts(session, gathered, stage, { useRunCache: true }) : undefined;
  return outs === undefined ? 'run' : 'restore';
}

function changesOfCode(session: Session, then: CodeFingerprint, now: CodeFingerprint): readonly CodeChange[] {
  if ('cmd' in then || 'cmd' in now) return [];
  const explainer = new Explainer(session);
  return compareBundles(session.state, then, now).map((change) => {
    const lines = change.change === 'modified' ? explainer.moduleLines(then, change.name) : undefined;
    return lines === undefined ? change : { ...change, lines };
  });
}

async function filesBehind(
  session: Session,
  { stage, changes, gathered }: Inspected & { readonly stage: StageName },
): Promise<Why['files']> {
  const entry = session.entries.get(stage);
  const explainer = new Explainer(session);
  const files: Record<ProjectPath, readonly FileChange[]> = {};
  for (const { kind, name, change } of changes) {
    if (change !== 'modified' || (kind !== 'dep' && kind !== 'out')) continue;
    const then = (kind === 'dep' ? entry?.inputs.deps : entry?.outs)?.find(({ path }) => path === name);
    const now = kind === 'dep' ? gathered?.measured.get(name) : await session.hasher.measure(name);
    const found = explainer.files(then, now);
    if (found !== undefined) put(files, name, found);
  }
  return files;
}

/** The run cache's entry was written when the stage succeeded. */
function madeAt({ state }: Session, gathered: Gathered | undefined): string | undefined {
  if (gathered === undefined) return undefined;
  const file = runCachePath(state, gathered.fingerprint);
  return statSync(file, { throwIfNoEntry: false })?.mtime.toISOString();
}

function notRestorable(session: Session, stage: Stage): string | undefined {
  if (stage.alwaysChanged) return 'it is declared to run always';
  if (runsAlways(stage))
    return 'it has neither deps nor params nor outs, so nothing can say that it is fresh';
  if (stage.outs.length === 0) return 'it has no outs';
  const persistent = stage.outs.find(({ persist }) => persist);
  if (persistent !== undefined)
    return `its out ${persistent.path} persists from run to run, so it does not follow from the inputs`;
  const outs = session.entries.get(stage.name)?.outs ?? [];
  if (keptOuts(stage, outs).length === outs.length) return undefined;
  return `its outs with 'cache: false' are larger than ${formatBytes(SMALL_OUTS_BYTES)} together`;
}
