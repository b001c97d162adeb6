import { setTimeout as pause } from 'node:timers/promises';
import { FermentError } from '../../kit/index.ts';
import type { StageName } from '../model.ts';
import { type Claim, tryClaim } from './claim.ts';
import type { ClaimRecord } from './claim-record.ts';
import { recoverStage } from './recover.ts';
import type { Session } from './session.ts';
import { journalFile } from './state-paths.ts';
import { Wait } from './waits.ts';
import type { Worker } from './worker.ts';

/** How often a stage that another command holds is looked at. */
const PAUSE_MS = 100;

/**
 * Gets the right to change a stage's outs: no other command in this project runs or restores it meanwhile. Waits for
 * one that does. `waited` is true when there was one: what is known about the stage is then old.
 * Throws INTERRUPTED after an abort, BUSY where it would wait for itself.
 */
export async function claimStage(
  session: Session,
  worker: Worker,
  stage: StageName,
): Promise<{ readonly claim: Claim; readonly waited: boolean }> {
  const wait = new Wait(session);
  try {
    return await claimAfter(wait, session, worker, stage);
  } finally {
    wait.end();
  }
}

async function claimAfter(
  wait: Wait,
  session: Session,
  worker: Worker,
  stage: StageName,
): ReturnType<typeof claimStage> {
  const file = journalFile(session.state, stage);
  let waited = false;
  for (;;) {
    const attempt = tryClaim(file, null, session.spares);
    if (attempt.kind === 'mine') return { claim: attempt.claim, waited };
    const { record } = attempt;
    if (attempt.kind === 'abandoned') {
      const warn = (text: string): void => worker.emit({ type: 'run-warning', text });
      if (recoverStage(session.root, session.state, { file, record, warn })) continue;
    } else if (!waited) {
      wait.begin(stage);
      const text = `Stage '${stage}' is held by ${holderOf(record)}; waiting for it. (If there is no such process, remove ${file}.)`;
      worker.emit({ type: 'stage-waiting', stage, text });
    }
    waited = true;
    if (worker.signal?.aborted === true) throw interrupted(stage);
    await pause(PAUSE_MS);
  }
}

/** Who holds a claim, in words. */
export function holderOf({ owner }: ClaimRecord): string {
  return `process ${owner?.pid} on ${owner?.host}`;
}

function interrupted(stage: StageName): FermentError {
  return new FermentError('INTERRUPTED', `Stopped while waiting for stage '${stage}'.`);
}
