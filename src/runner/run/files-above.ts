import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, FermentError } from '../../kit/index.ts';
import { unreadable } from '../hash/unreadable.ts';
import { foldersAbove } from '../load/paths.ts';
import type { Content, ProjectPath, Stage, StageName } from '../model.ts';
import { isStored } from '../store/restore.ts';
import { contentNow, readFormerOuts } from './former-outs.ts';
import { readOtherLocks } from './other-locks.ts';
import type { Session } from './session.ts';

/** Everything that a stage writes: its outs and its checkpoints. */
export function writtenBy(stage: Stage): readonly ProjectPath[] {
  return [...stage.outs, ...stage.checkpoints].map(({ path }) => path);
}

/**
 * The files that stand where the paths of a stage need a folder, each once. Each was an out of a stage before the
 * pipeline was changed, and is wholly in the store, so that it may make room. Throws BAD_PATH for any other, and
 * BAD_LOCK, UNREADABLE.
 */
export async function findFilesAbove(
  session: Session,
  stage: StageName,
  paths: readonly ProjectPath[],
): Promise<readonly ProjectPath[]> {
  const found = new Set<ProjectPath>();
  for (const path of paths) {
    const above = fileAbove(session.root, path);
    if (above === undefined || found.has(above)) continue;
    if (!(await isFormerOut(session, above))) throw inTheWay(stage, path, above);
    found.add(above);
  }
  return [...found];
}

/** The nearest thing above a path, when that is no folder. A link that leads nowhere is none. */
function fileAbove(root: string, path: ProjectPath): ProjectPath | undefined {
  for (const folder of foldersAbove(path)) {
    const absolute = join(root, folder);
    try {
      return statSync(absolute).isDirectory() ? undefined : folder;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' && lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) return folder;
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw unreadable(error, absolute);
    }
  }
  return undefined;
}

/** Looks through the run cache only where a file is in the way, which is rare. */
async function isFormerOut(session: Session, path: ProjectPath): Promise<boolean> {
  const now = await contentNow(session, path);
  if (now === undefined || !isStored(session.store, now)) return false;
  const others = readOtherLocks(session);
  if (others.warnings.length > 0 || others.paths.has(path)) return false;
  const isSame = (then: Content): boolean =>
    then.path === path && then.digest === now.digest && then.executable === now.executable;
  const isLocked = [...session.entries.values()].some(({ outs }) => outs.some(isSame));
  return isLocked || readFormerOuts(session.state, isSame).size > 0;
}

function inTheWay(stage: StageName, path: ProjectPath, above: ProjectPath): FermentError {
  return new FermentError(
    'BAD_PATH',
    `Stage '${stage}' writes ${path}, but ${above} is a file where a folder must be.`,
    { hint: `Move ${above} away (no stage is known to have made it as it is), or correct the path.` },
  );
}
