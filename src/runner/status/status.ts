import { type SelectOptions, selectTargets } from '../graph/index.ts';
import type { Project } from '../load/index.ts';
import type { Change, StageName } from '../model.ts';
import { closeSession, openSession, type SessionOptions } from '../run/session.ts';
import { inspect } from './inspect.ts';

/** How a command is told of what a person should know. */
export type Warn = (text: string) => void;

/** Which stages are asked about: all, where nothing is said. */
export interface StatusOptions extends SessionOptions, SelectOptions {
  readonly warn?: Warn;
}

export interface StatusResult {
  /** The stages asked about, in the graph's order. */
  readonly stages: readonly StageName[];
  /** Of those that are stale, why. */
  readonly stale: ReadonlyMap<StageName, readonly Change[]>;
}

/**
 * For each stage whose own declared state differs from that of its last success, how: inputs, outs, never run, always.
 * Fresh stages are left out; so is what follows from changes upstream. Runs nothing. Throws BUNDLE_FAILED, BAD_PATH,
 * UNREADABLE and what `openSession` and `selectTargets` throw; a missing dep is a change, not an error.
 */
export async function status(project: Project, options: StatusOptions = {}): Promise<StatusResult> {
  const session = openSession(project, options.warn ?? (() => {}), options);
  const stages = selectTargets(session.graph, options.targets ?? [], options);
  const stale = new Map<StageName, readonly Change[]>();
  for (const name of stages) {
    const stage = session.graph.stages.get(name);
    const { changes } = stage === undefined ? { changes: [] } : await inspect(session, stage);
    if (changes.length > 0) stale.set(name, changes);
  }
  closeSession(session);
  return { stages, stale };
}
