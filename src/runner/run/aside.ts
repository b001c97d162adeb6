import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { errnoOf, explainWriteError, FermentError, makeFolder, temporaryNameFor } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';

/** A path whose old content stands aside while a stage makes a new one. */
export interface Aside {
  readonly path: ProjectPath;
  /** Relative to the project's folder, which may have been moved when it is read again; null when nothing was there, so that whatever is there afterwards is new. */
  readonly aside: string | null;
}

/**
 * Says where the old content of paths will stand, without moving anything: the plan goes into the journal first.
 * On the file system of `.ferment` it is a place in there, else a hidden name beside the path, so that moving is
 * always a rename. Throws BAD_PATH for a path that may not be written.
 */
export function planAside(root: string, state: string, paths: readonly ProjectPath[]): readonly Aside[] {
  const folder = join(state, 'aside', randomBytes(8).toString('hex'));
  return paths.map((path, i) => {
    const absolute = writablePath(root, path);
    if (!isThere(absolute)) return { path, aside: null };
    const within = deviceOf(dirname(absolute)) === deviceOf(state);
    const aside = within ? join(folder, `${i}-${basename(path)}`) : temporaryNameFor(absolute);
    return { path, aside: relative(root, aside) };
  });
}

/** Moves the old content aside as planned. */
export function moveAside(root: string, plan: readonly Aside[]): void {
  for (const { path, aside } of plan) {
    if (aside === null) continue;
    const absolute = join(root, path);
    const place = join(root, aside);
    try {
      makeFolder(dirname(place));
      renameSync(absolute, place);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') continue;
      if (errnoOf(error) === 'EBUSY' || errnoOf(error) === 'EXDEV') {
        throw new FermentError('STORE_UNWRITABLE', `${path} cannot be set aside: it is a mount point.`, {
          hint: 'Mount the file system one folder higher, and let the stage write a folder below it.',
          cause: error,
        });
      }
      throw explainWriteError(error, absolute);
    }
  }
}

/**
 * Puts the old content back in place of whatever was begun. Can be done again at any point of a former attempt: a
 * path whose old content is not aside any more was put back already, or never moved.
 */
export function bringBack(root: string, plan: readonly Aside[]): void {
  for (const { path, aside } of plan) {
    const absolute = writablePath(root, path);
    if (aside === null) removeTree(absolute);
    else if (isThere(join(root, aside))) {
      removeTree(absolute);
      makeFolder(dirname(absolute));
      renameSync(join(root, aside), absolute);
    }
  }
  removeEmptyFolders(root, plan);
}

/** Removes the old content for good. */
export function dropAside(root: string, plan: readonly Aside[]): void {
  for (const { aside } of plan) if (aside !== null) removeTree(join(root, aside));
  removeEmptyFolders(root, plan);
}

/** Renames a finished file or folder to its place; over a border of file systems it is copied beside it first. */
export function moveInto(from: string, to: string): void {
  makeFolder(dirname(to));
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw explainWriteError(error, to);
    const beside = temporaryNameFor(to);
    try {
      cpSync(from, beside, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      renameSync(beside, to);
      // What is half removed must not be taken for the whole thing when this is repeated after a kill.
      const doomed = temporaryNameFor(from);
      renameSync(from, doomed);
      removeTree(doomed);
    } catch (failure) {
      removeTree(beside);
      throw explainWriteError(failure, to);
    }
  }
}

/** Removes a file or folder, also one whose folders were made read-only by a stage. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'EACCES' && errno !== 'EPERM') throw error;
    try {
      makeRemovable(path);
      rmSync(path, { recursive: true, force: true });
    } catch (failure) {
      throw explainWriteError(failure, path);
    }
  }
}

export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The folders in which old content stood, once they are empty. */
function removeEmptyFolders(root: string, plan: readonly Aside[]): void {
  const folders = plan.flatMap(({ aside }) => (aside === null ? [] : [dirname(join(root, aside))]));
  for (const folder of new Set(folders)) {
    if (!/^[0-9a-f]{16}$/.test(basename(folder))) continue;
    try {
      rmdirSync(folder);
    } catch {
      // not empty, or gone
    }
  }
}

/** Gives the owner all rights on the folders of a tree. */
function makeRemovable(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) makeRemovable(join(path, name));
}

/** Of the folder that a link leads to: `.ferment` may be one. */
function deviceOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev;
}
