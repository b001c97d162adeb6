import type { Content, LockEntry, ProjectPath, Stage } from '../model.ts';
import { claimStage } from '../run/claim-stage.ts';
import { compareOuts } from '../run/decide.ts';
import { removeOuts, restoreOuts } from '../run/restore-stage.ts';
import type { Session } from '../run/session.ts';
import type { Worker } from '../run/worker.ts';
import type { InUse } from './in-use.ts';
import type { StaleOut } from './stale-outs.ts';
import type { Warn } from './status.ts';

/** What checkout did to one out: `A` it was not there, `M` it had another content, `D` it is no out any more. */
export interface CheckedOut {
  readonly path: ProjectPath;
  readonly change: 'A' | 'M' | 'D';
}

function workerFor({ project }: Session, warn: Warn): Worker {
  return {
    runId: '',
    lockFile: project.lockFile,
    signal: undefined,
    emit: (event) => ('text' in event ? warn(event.text) : undefined),
  };
}

/** Removes an out of another commit, if nobody changed it or came to name it meanwhile. Throws as `removeOuts`. */
export async function removeStale(
  session: Session,
  warn: Warn,
  { out, inUse }: { readonly out: StaleOut; readonly inUse: InUse },
): Promise<boolean> {
  const { stage, fingerprint, content } = out;
  const { claim } = await claimStage(session, workerFor(session, warn), stage);
  try {
    session.hasher.forget();
    inUse.refresh();
    if (inUse.warnings.length > 0 || inUse.has(content)) return false;
    if ((await compareOuts(session, [content])).length > 0) return false;
    removeOuts(session, claim, { stage, fingerprint, paths: [content.path] });
    return true;
  } finally {
    claim.release();
  }
}

/** Outs of a stage that are to be what its block in the lock says. */
export interface Wanted {
  readonly stage: Stage;
  readonly entry: LockEntry;
  readonly outs: readonly Content[];
}

/** Puts outs back in place, and adds those to `missing` that the store has not whole. Throws as `restoreOuts`. */
export async function putBack(
  session: Session,
  warn: Warn,
  { stage, entry, outs, missing }: Wanted & { readonly missing: ProjectPath[] },
): Promise<readonly CheckedOut[]> {
  const done: CheckedOut[] = [];
  if (outs.length === 0) return done;
  const { claim } = await claimStage(session, workerFor(session, warn), stage.name);
  try {
    for (const out of outs) {
      const change = session.hasher.look(out.path) === undefined ? 'A' : 'M';
      const restored = await restoreOuts(session, claim, {
        stage: stage.name,
        fingerprint: entry.fingerprint,
        outs: [out],
      });
      if (restored) done.push({ path: out.path, change });
      else missing.push(out.path);
    }
  } finally {
    claim.release();
  }
  return done;
}
