import { join } from 'node:path';
import { selectTargets } from '../graph/index.ts';
import { Hasher } from '../hash/hasher.ts';
import type { Project } from '../load/index.ts';
import type { ProjectPath } from '../model.ts';
import type { ReproOptions } from '../run/index.ts';
import { openSession } from '../run/session.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import { type Folders, foldersOf } from './folders.ts';
import { lookAt, type Snapshot } from './snapshot.ts';
import { createIsMade, sourceFolders, sourceItems, stageItems, type WatchedItem } from './watched.ts';

export type Selection = Pick<ReproOptions, 'targets' | 'without' | 'singleItem' | 'pipeline' | 'downstream'>;

/** What a run reads, to be looked at again and again. */
export interface View {
  /** How everything is now, and in which folders a change of it would show. */
  look(): Promise<{ readonly seen: Snapshot; readonly folders: Folders }>;
  /** What it is made of. */
  items(): Promise<readonly WatchedItem[]>;
}

/**
 * Of a project that was loaded: its own files, and what the selected stages read. `withFolders` adds the names of the
 * files beside the sources of programs. Throws what `openSession` and `selectTargets` throw.
 */
export function viewOf(
  project: Project,
  read: ReadonlySet<string>,
  selection: Selection,
  withFolders = false,
): View {
  const session = openSession(project, () => {}, selection);
  const selected = selectTargets(session.graph, selection.targets ?? [], selection);
  return createView(project.root, createIsMade(project), async () => [
    ...sourceItems(project.root, read),
    ...(await stageItems(session, selected)),
    ...(withFolders ? sourceFolders(session, selected) : []),
  ]);
}

/** Of a project that cannot be used: the files that were read until that showed, and all that was watched before. */
export function viewOfBroken(root: string, read: ReadonlySet<string>, before: View | undefined): View {
  return createView(
    root,
    () => false,
    async () => [...sourceItems(root, read), ...((await before?.items()) ?? [])],
  );
}

function createView(
  root: string,
  isMade: (path: ProjectPath) => boolean,
  items: () => Promise<readonly WatchedItem[]>,
): View {
  const hasher = new Hasher(root, join(root, STATE_FOLDER));
  return {
    items,
    look: async () => {
      const now = await items();
      // An ignore file may be another now.
      hasher.forget();
      return { seen: lookAt(root, hasher, now, isMade), folders: foldersOf(root, now, isMade) };
    },
  };
}
