import type { Project } from '../load/index.ts';
import type { Change, StageName } from '../model.ts';
import { closeSession, openSession } from '../run/session.ts';
import { inspect } from './inspect.ts';

/** How a command is told of what a person should know. */
export type Warn = (text: string) => void;

/**
 * For each stage whose own declared state differs from that of its last success, how: inputs, outs, never run, always.
 * Fresh stages are left out; so is what follows from changes upstream. Runs nothing. Throws BUNDLE_FAILED, BAD_PATH,
 * UNREADABLE and what `openSession` throws; a missing dep is a change, not an error.
 */
export async function status(
  project: Project,
  warn: Warn = () => {},
): Promise<ReadonlyMap<StageName, readonly Change[]>> {
  const session = openSession(project, warn);
  const changes = new Map<StageName, readonly Change[]>();
  for (const stage of project.stages) {
    const { changes: own } = await inspect(session, stage);
    if (own.length > 0) changes.set(stage.name, own);
  }
  closeSession(session);
  return changes;
}
