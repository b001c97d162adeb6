import { type Dirent, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isFolder } from '../../kit/index.ts';
import { isIgnoredName } from '../hash/ignore.ts';
import type { ProjectPath } from '../model.ts';
import { absoluteOf, type WatchedItem } from './watched.ts';

/** Absolute folders to be told of, each with the names in it that matter. */
export type Folders = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

/**
 * The folders in which a change of an item would show: those that hold its files, and the nearest that exists of one
 * that is missing. Watching folders, not files, sees what editors that save by renaming do.
 */
export function foldersOf(
  root: string,
  items: readonly WatchedItem[],
  isMade: (path: ProjectPath) => boolean,
): Folders {
  const plan = new Plan();
  const isLeftOut = (path: string): boolean => isMade(relative(root, path));
  for (const item of items) {
    if (item.kind === 'source') plan.file(item.path);
    else if (item.kind === 'names') plan.whole(join(root, item.name));
    else if (item.kind === 'path') plan.tree(absoluteOf(root, item.name), () => true, isLeftOut);
    else {
      const { base, isDeep } = item;
      const mayEnter = (name: string): boolean => isDeep && name !== 'node_modules';
      plan.tree(absoluteOf(root, base === '' ? '.' : base), mayEnter, isLeftOut);
    }
  }
  return plan.folders;
}

class Plan {
  readonly folders = new Map<string, Set<string> | 'all'>();
  /** Where links led; each is followed once, so that one which leads round in a circle comes to an end. */
  readonly #followed = new Set<string>();

  /** A file, or the way to it as far as it exists. */
  file(path: string): void {
    for (const each of new Set([path, realpathOr(path)])) this.#name(each);
  }

  whole(folder: string): void {
    if (isFolder(folder)) this.folders.set(folder, 'all');
    else this.#name(folder);
  }

  /** A file, or a folder with all folders below it that may be entered. */
  tree(path: string, mayEnter: (name: string) => boolean, isLeftOut: (path: string) => boolean): void {
    this.file(path);
    const queue = isFolder(path) ? [path] : [];
    for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
      this.folders.set(folder, 'all');
      for (const entry of list(folder)) {
        const below = join(folder, entry.name);
        if (isIgnoredName(entry.name) || !mayEnter(entry.name) || isLeftOut(below)) continue;
        if (entry.isDirectory() || this.#isNewLink(entry, below)) queue.push(below);
      }
    }
  }

  #isNewLink(entry: Dirent, path: string): boolean {
    if (!entry.isSymbolicLink() || !isFolder(path)) return false;
    const target = realpathOr(path);
    const isNew = !this.#followed.has(target);
    this.#followed.add(target);
    return isNew;
  }

  #name(path: string): void {
    let [folder, name] = [dirname(path), basename(path)];
    while (!isFolder(folder) && dirname(folder) !== folder)
      [folder, name] = [dirname(folder), basename(folder)];
    const names = this.folders.get(folder) ?? new Set();
    if (names !== 'all') this.folders.set(folder, names.add(name));
  }
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
