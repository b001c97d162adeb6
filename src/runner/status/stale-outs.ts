import { compareBytes } from '../../kit/index.ts';
import { trackedAmong } from '../git/tracked.ts';
import type { Content } from '../model.ts';
import { contentNow, type FormerOut, readFormerOuts } from '../run/former-outs.ts';
import type { Session } from '../run/session.ts';
import { isStored } from '../store/restore.ts';
import type { InUse } from './in-use.ts';
import type { Warn } from './status.ts';

/** Something in the workspace that a stage of another commit made. */
export type StaleOut = Omit<FormerOut, 'cached'>;

/**
 * Outs in the workspace that are none any more: another commit, or the pipeline before an edit, made them. Only what
 * is byte for byte the result of a stage, wholly in the store, named by neither the pipeline nor any lock in the folder,
 * read by no stage, never had `cache: false` with this content, holds nothing that `.dvcignore` names, and is not tracked
 * by git. Sorted by path. None, with a warning, where another pipeline's lock is damaged.
 */
export async function findStaleOuts(
  session: Session,
  inUse: InUse,
  warn: Warn,
): Promise<readonly StaleOut[]> {
  if (inUse.warnings.length > 0) {
    for (const text of inUse.warnings) warn(text);
    warn('Outs of other commits stay where they are: they may be those of a stage that cannot be read.');
    return [];
  }
  const known = readFormerOuts(session.state, (content) => !inUse.has(content));
  const found: StaleOut[] = [];
  for (const path of [...known.keys()].sort(compareBytes)) {
    const now = await contentNow(session, path);
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

/** Leaves out what git has: git puts it back and takes it away by itself. Where git cannot be asked, nothing is sure. */
function withoutTracked(root: string, outs: readonly StaleOut[]): readonly StaleOut[] {
  const tracked = trackedAmong(
    root,
    outs.map(({ content }) => content.path),
  );
  return tracked === undefined ? [] : outs.filter(({ content }) => !tracked.has(content.path));
}
