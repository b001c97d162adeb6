import { type Digest, isFermentError } from '../../kit/index.ts';
import type { Content, ProjectPath, StageName } from '../model.ts';
import { listResults } from '../store/contents.ts';
import { readRunCache } from '../store/run-cache.ts';
import type { Session } from './session.ts';

/** What a stage once wrote at a path, by the run cache. */
export interface FormerOut {
  /** The stage that made it, and from what. */
  readonly stage: StageName;
  readonly fingerprint: Digest;
  readonly content: Content;
  /** Whether the stage had it in the store; else it was git's. */
  readonly cached: boolean;
}

/** Everything that stages ever wrote and that is asked for, by its path. */
export function readFormerOuts(
  state: string,
  isWanted: (content: Content) => boolean,
): ReadonlyMap<ProjectPath, readonly FormerOut[]> {
  const found = new Map<ProjectPath, FormerOut[]>();
  for (const { fingerprint } of listResults(state)) {
    const entry = readRunCache(state, fingerprint);
    if (entry === undefined) continue;
    for (const content of entry.outs.filter(isWanted)) {
      const cached = entry.uncached?.includes(content.path) !== true;
      const out = { stage: entry.stage, fingerprint, content, cached };
      const others = found.get(content.path);
      if (others === undefined) found.set(content.path, [out]);
      else others.push(out);
    }
  }
  return found;
}

/** What is at a path now. Undefined for what cannot be looked at: a link that leads nowhere or out, a pipe, is no out. */
export async function contentNow({ hasher }: Session, path: ProjectPath): Promise<Content | undefined> {
  try {
    return await hasher.content(path);
  } catch (error) {
    if (isFermentError(error)) return undefined;
    throw error;
  }
}
