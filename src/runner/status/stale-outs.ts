import picomatch from 'picomatch';
import { compareBytes, type Digest, isFermentError } from '../../kit/index.ts';
import { trackedAmong } from '../git/tracked.ts';
import { foldersAbove } from '../load/paths.ts';
import type { Content, ProjectPath, StageName } from '../model.ts';
import type { Session } from '../run/session.ts';
import { listResults } from '../store/contents.ts';
import { isStored } from '../store/restore.ts';
import { readRunCache } from '../store/run-cache.ts';

/** Something in the workspace that a stage of another commit made. */
export interface StaleOut {
  /** The stage that made it, and from what. */
  readonly stage: StageName;
  readonly fingerprint: Digest;
  readonly content: Content;
}

interface KnownOut extends StaleOut {
  /** Whether the stage had it in the store; else it was git's. */
  readonly cached: boolean;
}

/**
 * Outs in the workspace that are none any more: another commit, or the pipeline before an edit, made them. Only what
 * is byte for byte the result of a stage, wholly in the store, named by neither pipeline nor lock, read by no stage,
 * never had `cache: false` with this content, holds nothing that `.dvcignore` names, and is not tracked by git. Sorted by path.
 */
export async function findStaleOuts(session: Session): Promise<readonly StaleOut[]> {
  const isInUse = createIsInUse(session);
  const known = new Map<ProjectPath, KnownOut[]>();
  for (const { fingerprint } of listResults(session.state)) {
    const entry = readRunCache(session.state, fingerprint);
    for (const content of entry?.outs ?? []) {
      const others = known.get(content.path) ?? [];
      if (entry === undefined || (others.length === 0 && isInUse(content))) continue;
      const cached = entry.uncached?.includes(content.path) !== true;
      known.set(content.path, [...others, { stage: entry.stage, fingerprint, content, cached }]);
    }
  }
  const found: StaleOut[] = [];
  for (const path of [...known.keys()].sort(compareBytes)) {
    const now = await contentOf(session, path);
    const same = (known.get(path) ?? []).filter(
      ({ content }) => content.digest === now?.digest && content.executable === now?.executable,
    );
    const [first] = same;
    if (first !== undefined && same.every(({ cached }) => cached) && isWholeIn(session, first.content))
      found.push(first);
  }
  return withoutTracked(session.root, found);
}

function isWholeIn({ store, hasher }: Session, content: Content): boolean {
  return isStored(store, content) && hasher.ignoredIn(content.path).length === 0;
}

/** What cannot be looked at, a link out of the project for one, is left alone. */
async function contentOf(session: Session, path: ProjectPath): Promise<Content | undefined> {
  try {
    return await session.hasher.content(path);
  } catch (error) {
    if (isFermentError(error)) return undefined;
    throw error;
  }
}

/** True for a path that overlaps with anything that the pipeline or the lock names. */
function createIsInUse({ project, entries }: Session): (content: Content) => boolean {
  const files = [project.file, project.lockFile, ...project.params.files.keys()];
  const written = project.stages.flatMap((stage) =>
    [...stage.outs, ...stage.checkpoints].map(({ path }) => path),
  );
  const locked = [...entries.values()].flatMap(({ outs, inputs }) => [...outs, ...inputs.deps]);
  const deps = project.stages.flatMap((stage) => stage.deps);
  const plain = deps.filter(({ glob }) => !glob).map(({ path }) => path);
  const paths = new Set([...files, ...written, ...locked.map(({ path }) => path), ...plain]);
  const above = new Set([...paths].flatMap((path) => [...foldersAbove(path)]));
  const patterns = deps.filter(({ glob }) => glob).map(({ path }) => path);
  const isMatched = patterns.map((pattern) => picomatch(pattern));
  const bases = patterns.map((pattern) => picomatch.scan(pattern).base);
  return ({ path, kind }) => {
    if (paths.has(path) || above.has(path)) return true;
    if ([...foldersAbove(path)].some((folder) => paths.has(folder))) return true;
    if (kind === 'file') return isMatched.some((isMatch) => isMatch(path));
    // A folder may have files that a pattern matches.
    return bases.some(
      (base) => `${base}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${base}/`) || base === '',
    );
  };
}

/** Leaves out what git has: git puts it back and takes it away by itself. Where git cannot be asked, nothing is sure. */
function withoutTracked(root: string, outs: readonly StaleOut[]): readonly StaleOut[] {
  const tracked = trackedAmong(
    root,
    outs.map(({ content }) => content.path),
  );
  return tracked === undefined ? [] : outs.filter(({ content }) => !tracked.has(content.path));
}
