import { canonicalJson } from '../../kit/index.ts';
import { readLock } from '../lock/index.ts';
import type { Change, LockEntry, Stage } from '../model.ts';
import type { Claim } from './claim.ts';
import { claimStage } from './claim-stage.ts';
import { type Decided, type DecideOptions, decide } from './decide.ts';
import { keepStored } from './keep-stored.ts';
import { lockStage, restoreOuts } from './restore-stage.ts';
import { runStage } from './run-stage.ts';
import { forgetFiles, lockState, type Session } from './session.ts';
import type { Grant } from './slots.ts';
import type { StageNotes } from './stage-command.ts';
import { storeIfUnknown } from './store-outs.ts';
import type { Worker } from './worker.ts';

/** What came of acting on a decision. */
export type Acted =
  | { readonly outcome: 'unchanged' | 'frozen' | 'restored'; readonly notes: undefined }
  | { readonly outcome: 'ran'; readonly notes: StageNotes }
  /** It must run after all, and for that it needs slots. */
  | { readonly outcome: 'needs-slots'; readonly decided: Extract<Decided, { kind: 'run' }> };

export interface Task {
  readonly session: Session;
  readonly stage: Stage;
  readonly options: DecideOptions;
  /** Which attempt it is when the stage runs, from 1. */
  readonly attempt: number;
  readonly onDecided: (decided: Decided) => void;
}

/**
 * Does what was decided about a stage, or, when another command changed the stage meanwhile, decides anew and does
 * that. Without a grant nothing is run. Throws what `decide`, `runStage` and `restoreOuts` throw.
 */
export async function act(
  worker: Worker,
  task: Task,
  decided: Decided,
  grant: Grant | undefined,
): Promise<Acted> {
  const { session, stage } = task;
  let current = decided;
  for (;;) {
    if (current.kind === 'frozen') return { outcome: 'frozen', notes: undefined };
    if (current.kind === 'unchanged') return keepFresh(worker, session, stage);
    if (current.kind === 'run' && grant === undefined) return { outcome: 'needs-slots', decided: current };
    const { claim, waited } = await claimStage(session, worker, stage.name);
    try {
      if (!waited && !entryChanged(session, stage, current.entry)) {
        const acted = await actClaimed(worker, task, { decided: current, grant, claim });
        if (acted !== undefined) return acted;
      }
    } finally {
      claim.release();
    }
    session.entries = readLock(session.root, session.project.lockFile).entries;
    forgetFiles(session);
    current = await decide(session, stage, task.options);
    task.onDecided(current);
  }
}

/** Undefined when what was to be restored is not sound: then it must be decided again, without it. */
async function actClaimed(
  worker: Worker,
  { session, stage, attempt }: Task,
  {
    decided,
    grant,
    claim,
  }: {
    readonly decided: Exclude<Decided, { kind: 'unchanged' | 'frozen' }>;
    readonly grant: Grant | undefined;
    readonly claim: Claim;
  },
): Promise<Acted | undefined> {
  if (decided.kind === 'restore') {
    const { gathered, outs } = decided;
    const { inputs, fingerprint } = gathered;
    if (!(await restoreOuts(session, claim, { stage: stage.name, fingerprint, outs }))) return undefined;
    await lockStage(session, stage.name, { fingerprint, inputs, outs });
    const lost = await keepStored(session, stage, { fingerprint, outs });
    if (lost !== undefined) throw lost;
    return { outcome: 'restored', notes: undefined };
  }
  if (grant === undefined) return undefined;
  const notes = await runStage(worker, { session, stage, gathered: decided.gathered, grant, attempt, claim });
  return { outcome: 'ran', notes };
}

/** A fresh stage stays fresh when its outs cannot be stored; they just cannot be restored. */
async function keepFresh(worker: Worker, session: Session, stage: Stage): Promise<Acted> {
  const failure = await storeIfUnknown(session, stage);
  if (failure !== undefined) {
    const text = `Its outs are fresh but not in the store: ${failure.message}`;
    worker.emit({ type: 'stage-warning', stage: stage.name, text });
  }
  return { outcome: 'unchanged', notes: undefined };
}

/** True when another command wrote this stage's block since it was decided about. */
function entryChanged(session: Session, stage: Stage, before: LockEntry | undefined): boolean {
  const { root, project } = session;
  const now = lockState(root, project.lockFile);
  if (now !== session.lockState) {
    session.entries = readLock(root, project.lockFile).entries;
    session.lockState = now;
  }
  const entry = session.entries.get(stage.name);
  return entry !== before && canonicalJson(before ?? null) !== canonicalJson(entry ?? null);
}

/** The reasons of a decision, for people. */
export function reasonsOf(decided: Decided): readonly Change[] {
  return decided.kind === 'run' || decided.kind === 'restore' ? decided.reasons : [];
}
