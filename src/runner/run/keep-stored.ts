import type { FermentError } from '../../kit/index.ts';
import type { LockEntry, Stage } from '../model.ts';
import { lastSweep } from '../store/sweep-mark.ts';
import type { Session } from './session.ts';
import { storeOuts } from './store-outs.ts';

/**
 * Once the lock names a stage's outs: stores again what a sweep of the store took away meanwhile, because nothing
 * named it yet. One look at one file where there was no sweep. Returns the failure to write.
 */
export async function keepStored(
  session: Session,
  stage: Stage,
  entry: Pick<LockEntry, 'fingerprint' | 'outs'>,
): Promise<FermentError | undefined> {
  let failure: FermentError | undefined;
  // Not remembered for other stages of this command: those may have counted on objects before this look.
  let seen = session.sweep;
  for (let now = lastSweep(session.state); now !== seen; now = lastSweep(session.state)) {
    seen = now;
    session.store.forget();
    failure = await storeOuts(session, stage, entry);
  }
  return failure;
}
