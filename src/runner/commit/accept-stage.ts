import { messageOf } from '../../kit/index.ts';
import type { Content, Stage } from '../model.ts';
import { type Claim, tryClaim } from '../run/claim.ts';
import { gatherInputs, lacksOf, type MissingInputs } from '../run/gather-inputs.ts';
import { cachedOuts, declaredBy, ignoreInGit } from '../run/git-ignore.ts';
import { keepInputs } from '../run/keep-inputs.ts';
import { keepStored } from '../run/keep-stored.ts';
import { findMovedInput } from '../run/moved-inputs.ts';
import { recoverStage } from '../run/recover.ts';
import { forgetFiles, type Session } from '../run/session.ts';
import { journalFile } from '../run/state-paths.ts';
import { storeOuts } from '../run/store-outs.ts';
import { updateLock } from '../run/update-lock.ts';
import type { Warn } from '../status/status.ts';

/**
 * Stores a stage's outs as they are, then writes run cache and lock, in this order: a kill at any instant leaves the
 * stage as stale as it was. Returns why it cannot be done, as a sentence, or undefined when it is done.
 * Throws NO_SPACE, STORE_UNWRITABLE and what fingerprinting throws.
 */
export async function acceptStage(session: Session, stage: Stage, warn: Warn): Promise<string | undefined> {
  const claim = claimNow(session, stage, warn);
  if (typeof claim === 'string') return claim;
  try {
    // People edit while they are asked.
    forgetFiles(session);
    return await acceptClaimed(session, stage, warn);
  } finally {
    claim.release();
  }
}

/** A stage that is being run is not waited for: what it leaves is its result, not what stands there now. */
function claimNow(session: Session, stage: Stage, warn: Warn): Claim | string {
  const file = journalFile(session.state, stage.name);
  for (;;) {
    const attempt = tryClaim(file, null);
    if (attempt.kind === 'mine') return attempt.claim;
    const { record } = attempt;
    const isFree =
      attempt.kind === 'abandoned' && recoverStage(session.root, session.state, { file, record, warn });
    if (isFree) continue;
    return `Process ${record.owner?.pid} on ${record.owner?.host} is running it.`;
  }
}

async function acceptClaimed(session: Session, stage: Stage, warn: Warn): Promise<string | undefined> {
  const missing: MissingInputs = { deps: [], params: [] };
  const gathered = await gatherInputs(session, stage, missing);
  const lacks = lacksOf(missing);
  if (lacks.length > 0) return lacks.join(' ');
  const outs: Content[] = [];
  for (const { path, cache } of stage.outs) {
    const content = await session.hasher.content(path, cache ? session.store : undefined);
    if (content === undefined) return `The out ${path} is missing.`;
    outs.push(content);
  }
  const moved = await findMovedInput(session, stage, gathered);
  if (moved !== undefined) return `${moved} changed while it was being read.`;
  const { fingerprint, inputs } = gathered;
  keepInputs(session, gathered);
  const failure = await storeOuts(session, stage, { fingerprint, outs });
  if (failure?.code === 'STAGE_FAILED') return failure.message;
  if (failure !== undefined) throw failure;
  const entry = { fingerprint, inputs, outs };
  await updateLock(session.state, session.lock, new Map([[stage.name, entry]]));
  const lost = await keepStored(session, stage, entry);
  if (lost !== undefined) throw lost;
  ignore(session, stage, warn);
  return undefined;
}

function ignore({ root, project }: Session, stage: Stage, warn: Warn): void {
  try {
    ignoreInGit(root, cachedOuts(stage), declaredBy(project.stages));
  } catch (error) {
    warn(`.gitignore was not brought up to date: ${messageOf(error)}`);
  }
}
