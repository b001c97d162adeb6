import { chmodSync, cpSync, lstatSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, explainWriteError, FermentError, makeFolder, temporaryNameFor } from '../../kit/index.ts';
import { lstatOrUndefined } from '../hash/links.ts';
import type { ProjectPath } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';

/** A path whose old content stands aside while a stage makes a new one. */
export interface Aside {
  readonly path: ProjectPath;
  /** Relative to the project's folder, which may have been moved when it is read again; null when nothing was there, so that whatever is there afterwards is new. */
  readonly aside: string | null;
  /** For a file that stands where others of these paths need a folder, and that is in the store as well. */
  readonly above?: true;
}

/** Moves the old content aside as planned. */
export function moveAside(root: string, plan: readonly Aside[]): void {
  for (const { path, aside, above } of plan) {
    if (aside === null) continue;
    const absolute = join(root, path);
    // Another stage with outs below it may have been faster, and its folder stands there now.
    if (above === true && isFolder(absolute)) continue;
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
  for (const { path, aside, above } of plan) {
    const absolute = writablePath(root, path);
    if (aside === null) removeTree(absolute);
    else if (isThere(join(root, aside))) {
      if (above === true) removeEmpty(absolute);
      else removeTree(absolute);
      // The folder that came in its place has something of another stage: the store has the file.
      if (above === true && isThere(absolute)) removeTree(join(root, aside));
      else putThere(join(root, aside), absolute);
    }
  }
  removeEmptyFolders(root, plan);
}

function putThere(from: string, to: string): void {
  makeFolder(dirname(to));
  renameSync(from, to);
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
    // With a file above it, it is not there.
    if (errno === 'ENOTDIR') return;
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
  return lstatOrUndefined(path) !== undefined;
}

function isFolder(path: string): boolean {
  return lstatOrUndefined(path)?.isDirectory() === true;
}

/** Removes a folder in which are only folders without files. */
function removeEmpty(folder: string): void {
  if (!isFolder(folder)) return;
  for (const name of readdirSync(folder)) removeEmpty(join(folder, name));
  try {
    rmdirSync(folder);
  } catch {
    // not empty
  }
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
