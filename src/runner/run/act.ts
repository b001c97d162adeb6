import { canonicalJson } from '../../kit/index.ts';
import type { Change, LockEntry, Stage } from '../model.ts';
import type { Claim } from './claim.ts';
import { claimStage } from './claim-stage.ts';
import type { Decided, DecideOptions } from './decide.ts';
import type { LeftOutOuts } from './hide-left-out.ts';
import { keepInputs } from './keep-inputs.ts';
import { keepStored } from './keep-stored.ts';
import { restoreOuts } from './restore-stage.ts';
import { runStage } from './run-stage.ts';
import { forgetFiles, type Session } from './session.ts';
import type { Grant } from './slots.ts';
import type { StageNotes } from './stage-notes.ts';
import { storeIfUnknown } from './store-outs.ts';
import { decideUndisturbed, heldMaker } from './wait-for-makers.ts';
import type { Worker } from './worker.ts';

/** What came of acting on a decision. */
export type Acted =
  | { readonly outcome: 'unchanged' | 'frozen'; readonly notes: undefined }
  | { readonly outcome: 'restored'; readonly notes: undefined; readonly locked: Promise<void> }
  | { readonly outcome: 'ran'; readonly notes: StageNotes; readonly locked: Promise<void> }
  /** It must run after all, and for that it needs slots. */
  | { readonly outcome: 'needs-slots'; readonly decided: Extract<Decided, { kind: 'run' }> };

/** The stage's outs are new; `locked` resolves when the lock says so, and throws when it cannot. */
type Done = Extract<Acted, { locked: Promise<void> }>;

export interface Task {
  readonly session: Session;
  readonly stage: Stage;
  readonly options: DecideOptions;
  /** Which attempt it is when the stage runs, from 1. */
  readonly attempt: number;
  readonly onDecided: (decided: Decided) => void;
  readonly leftOut: LeftOutOuts;
}

/**
 * Does what was decided about a stage, or, when another command changed the stage meanwhile or is at what it reads,
 * decides anew and does that. Without a grant nothing is run. Throws what `decide`, `runStage` and `restoreOuts` throw.
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
    // Before the stage's own claim: claims are taken in the order of the graph.
    const show = current.kind === 'run' ? await task.leftOut.hideFrom(stage) : undefined;
    const acted = await actWithClaim(worker, task, current, grant).finally(show);
    if (acted !== undefined) return acted;
    session.lock.read();
    forgetFiles(session);
    current = await decideUndisturbed(session, worker, stage, task.options);
    task.onDecided(current);
  }
}

/** Undefined when it must be decided again. The claim is held until the stage's entry is in the lock. */
async function actWithClaim(
  worker: Worker,
  task: Task,
  decided: Exclude<Decided, { kind: 'unchanged' | 'frozen' }>,
  grant: Grant | undefined,
): Promise<Done | undefined> {
  const { session, stage } = task;
  const { claim, waited } = await claimStage(session, worker, stage.name);
  let acted: Done | undefined;
  try {
    const isOld = waited || entryChanged(session, stage, decided.entry);
    if (isOld || heldMaker(session, stage) !== undefined) return undefined;
    acted = await actClaimed(worker, task, { decided, grant, claim });
    return acted === undefined
      ? undefined
      : { ...acted, locked: acted.locked.finally(() => claim.release()) };
  } finally {
    if (acted === undefined) claim.release();
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
): Promise<Done | undefined> {
  if (decided.kind === 'restore') {
    const { gathered, outs } = decided;
    const { inputs, fingerprint } = gathered;
    if (!(await restoreOuts(session, claim, { stage: stage.name, fingerprint, outs }))) return undefined;
    keepInputs(session, gathered);
    const entry = { fingerprint, inputs, outs };
    return { outcome: 'restored', notes: undefined, locked: lockStage(session, stage, entry) };
  }
  if (grant === undefined) return undefined;
  const { gathered } = decided;
  return { outcome: 'ran', ...(await runStage(worker, { session, stage, gathered, grant, attempt, claim })) };
}

async function lockStage(session: Session, stage: Stage, entry: LockEntry): Promise<void> {
  await session.lockWriter.put(stage.name, entry);
  const lost = await keepStored(session, stage, entry);
  if (lost !== undefined) throw lost;
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
  if (session.lock.hasChanged()) session.lock.read();
  const entry = session.entries.get(stage.name);
  return entry !== before && canonicalJson(before ?? null) !== canonicalJson(entry ?? null);
}

/** The reasons of a decision, for people. */
export function reasonsOf(decided: Decided): readonly Change[] {
  return decided.kind === 'run' || decided.kind === 'restore' ? decided.reasons : [];
}
