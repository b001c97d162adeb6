import { messageOf } from '../../kit/index.ts';
import { renderLock } from '../lock/index.ts';
import type { LockEntry, Stage } from '../model.ts';
import { dropAside, removeTree } from './aside.ts';
import { dropCheckpoints, saveCheckpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import { hasListFiles } from './dep-lists.ts';
import { type Journal, scratchFolder, settleOrLeave, stageFileOf } from './journal.ts';
import { keepStored } from './keep-stored.ts';
import type { Session } from './session.ts';
import { isStoreFailure } from './store-outs.ts';

/** From here on the new outs count. Resolves when the lock says so. */
export async function conclude({
  session,
  stage,
  journal,
  claim,
  note,
  entry,
  onLeft,
  isStored,
}: {
  readonly session: Session;
  readonly stage: Stage;
  readonly journal: Journal;
  readonly claim: Claim;
  readonly note: (change: Partial<Journal>) => void;
  readonly entry: LockEntry | undefined;
  readonly onLeft: (text: string) => void;
  readonly isStored: boolean;
}): Promise<void> {
  const { root, state, project } = session;
  const text = renderLock(new Map(entry === undefined ? [] : [[stage.name, entry]]));
  try {
    note({ phase: 'done', lock: { file: project.lockFile, text } });
  } catch (error) {
    // On a full disk: dropping the old outs makes room for the few bytes that are left to write.
    if (!isStoreFailure(error)) throw settleOrLeave(claim, { root, state, journal }, error);
  }
  const tidy = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // The result counts all the same; the next command removes what is left.
      claim.abandon({ ...journal, phase: 'done' });
      onLeft(`Something of the run was left behind: ${messageOf(error)}`);
    }
  };
  tidy(() => dropAside(root, journal.asides));
  const { fingerprint, checkpoints } = journal;
  let isLocked = false;
  try {
    await session.lockWriter.put(stage.name, entry);
    isLocked = true;
  } finally {
    // A success that could not be written down will be run again, and had better not begin at the beginning.
    tidy(() => (isLocked ? dropCheckpoints : saveCheckpoints)(root, state, fingerprint, checkpoints));
    session.spares.take(stageFileOf(state, journal.scratch));
    if (hasListFiles(stage)) tidy(() => removeTree(scratchFolder(state, journal.scratch)));
  }
  const lost = entry === undefined || !isStored ? undefined : await keepStored(session, stage, entry);
  if (lost !== undefined) throw lost;
}
