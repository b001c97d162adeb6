import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { errnoOf, FermentError } from '../../kit/index.ts';
import { DVCIGNORE, isIgnored, type Kind, type Rule } from '../ignore/rules.ts';
import { isIgnoredName } from './ignore.ts';
import { concatTrees, STAT_WORDS, type Tree, treeOf } from './tree.ts';

/** What `lstat` says of a path, links followed where that is allowed, or undefined when nothing is there. */
export function statInside(root: string, path: string): Stats | undefined {
  const stats = lstatOrUndefined(path);
  if (stats === undefined || !stats.isSymbolicLink()) return stats;
  return statSync(followLink(root, path));
}

/** A folder on a walk. */
export interface Folder {
  readonly absolute: string;
  /** What the names of its files begin with. */
  readonly prefix: string;
  /** The folders that links led into on the way here. */
  readonly links: readonly string[];
  readonly isLarge: boolean;
  /** What the `.dvcignore` of folders above say; a folder with rules is walked by one thread. */
  readonly rules: readonly Rule[];
}

/** What a walk may use beside its eyes. */
export interface WalkOptions {
  readonly helper?: WalkHelper | undefined;
  /** The rules of the folders above. */
  readonly rules?: readonly Rule[];
  /** Reads the `.dvcignore` of a folder that has one; without it, these are files like others. */
  readonly rulesInside?: (folder: string, above: readonly Rule[]) => readonly Rule[];
  /** Told of each file and folder that rules name, not of what is in such a folder; below the folder of the walk. */
  readonly onIgnored?: (name: string) => void;
}

/** Another thread that takes a part of the folders of a walk. */
export interface WalkHelper {
  /** Folders that are walked by whoever claims them first. */
  offer(root: string, folders: readonly Folder[]): readonly OfferedFolder[];
}

export interface OfferedFolder {
  /** False when the helper has it. */
  claim(): boolean;
  /** What the helper found, waited for; undefined when it failed, for whatever reason. */
  result(): Tree | undefined;
}

/**
 * Lists the files below `folder`, links followed as long as they stay in `root` (the project, or the folder itself
 * where it is an outside dep). Empty folders, ignored names and what `rules` name are not content. Throws BAD_PATH
 * for a link that leaves, a link that leads into its own ancestors, a device, pipe or socket, and a name that is not UTF-8.
 */
export function walkTree(root: string, folder: string, options: WalkOptions = {}): Tree {
  const { rules = [] } = options;
  return walkFolder(root, { absolute: folder, prefix: '', links: [], isLarge: true, rules }, options);
}

/** The same from a folder on the way. */
export function walkFolder(root: string, folder: Folder, options: WalkOptions = {}): Tree {
  const walker = new Walker(root, options);
  walker.visit(folder);
  return walker.tree();
}

/** A folder that takes its file system more than a block to list: a hundred files or more. */
const LARGE_FOLDER_BYTES = 4096;

/** One walk: the lists as they grow. */
class Walker {
  readonly #root: string;
  readonly #options: WalkOptions;
  /** What comes before the files in the lists: files found, and large folders not yet looked into. */
  readonly #parts: (Tree | Folder)[] = [];
  #names: string[] = [];
  #stats = new Float64Array(STAT_WORDS * 64);

  constructor(root: string, options: WalkOptions) {
    this.#root = root;
    this.#options = options;
  }

  /** Takes what is in a folder, in the order of its names, as manifests mostly have it. */
  visit(folder: Folder): void {
    const { absolute, prefix } = folder;
    const names = listFolder(absolute);
    const here = this.#withRules(folder, names);
    for (const name of names) {
      if (isIgnoredName(name)) continue;
      const inside = this.#entry(`${absolute}/${name}`, prefix + name, here);
      if (inside === undefined) continue;
      const mayBeShared = this.#options.helper !== undefined && inside.rules.length === 0;
      if (mayBeShared && inside.isLarge) this.#parts.push(this.#cut(), inside);
      else this.visit(inside);
    }
  }

  /** Looks into the large folders, together with the helper: from both ends until all are claimed. */
  tree(): Tree {
    this.#parts.push(this.#cut());
    const large = this.#parts.filter((part) => 'absolute' in part);
    const offered = large.length > 1 ? this.#options.helper?.offer(this.#root, large) : undefined;
    const found = new Map<Folder, Tree>();
    const alone = { ...this.#options, helper: undefined };
    for (const [i, folder] of large.entries())
      if (offered?.[i]?.claim() ?? true) found.set(folder, walkFolder(this.#root, folder, this.#options));
    for (const [i, folder] of large.entries()) {
      if (found.has(folder)) continue;
      // What the helper could not do is done here: where that fails, the error is the same as without one.
      found.set(folder, offered?.[i]?.result() ?? walkFolder(this.#root, folder, alone));
    }
    return concatTrees(this.#parts.flatMap((part) => ('absolute' in part ? (found.get(part) ?? []) : part)));
  }

  /** The files in the lists, which are empty then. */
  #cut(): Tree {
    const tree = treeOf(this.#names, this.#stats.slice(0, this.#names.length * STAT_WORDS));
    this.#names = [];
    this.#stats = new Float64Array(STAT_WORDS * 64);
    return tree;
  }

  /** The folder with the rules of its own `.dvcignore` as well. */
  #withRules(folder: Folder, names: readonly string[]): Folder {
    const { rulesInside } = this.#options;
    if (rulesInside === undefined || !names.includes(DVCIGNORE)) return folder;
    return { ...folder, rules: rulesInside(folder.absolute, folder.rules) };
  }

  /** Takes a file; returns a folder. */
  #entry(path: string, name: string, { links, rules }: Folder): Folder | undefined {
    const stat = lstatOrUndefined(path);
    if (stat === undefined) refuseBadName(path, name);
    else if (rules.length > 0 && isIgnored(rules, path, kindOf(path, stat))) this.#options.onIgnored?.(name);
    else if (stat.isFile()) this.#add(name, stat);
    else if (stat.isDirectory())
      return { absolute: path, prefix: `${name}/`, links, isLarge: isLarge(stat), rules };
    else if (stat.isSymbolicLink()) return this.#link(path, name, { links, rules });
    else refuseSpecial(path);
    return undefined;
  }

  #link(path: string, name: string, { links, rules }: Pick<Folder, 'links' | 'rules'>): Folder | undefined {
    const target = followLink(this.#root, path);
    const stat = statSync(target);
    if (stat.isFile()) {
      this.#add(name, stat);
      return undefined;
    }
    if (!stat.isDirectory()) refuseSpecial(path);
    if (links.includes(target) || isAncestor(target, realpathSync(dirname(path)))) {
      throw new FermentError('BAD_PATH', `The link ${path} leads into a folder that holds it (${target}).`, {
        hint: 'Remove the link: a folder that contains itself has no content to hash.',
      });
    }
    return {
      absolute: path,
      prefix: `${name}/`,
      links: [...links, target],
      isLarge: isLarge(stat),
      rules,
    };
  }

  #add(name: string, stat: Stats): void {
    const at = this.#names.length * STAT_WORDS;
    if (at === this.#stats.length) {
      const larger = new Float64Array(this.#stats.length * 2);
      larger.set(this.#stats);
      this.#stats = larger;
    }
    writeStat(this.#stats, at, stat);
    this.#names.push(name);
  }
}

function isLarge(folder: Stats): boolean {
  return folder.size > LARGE_FOLDER_BYTES;
}

/** Rules ask for what a link leads to. */
function kindOf(path: string, stat: Stats): Kind {
  if (!stat.isSymbolicLink()) return stat.isDirectory() ? 'folder' : 'file';
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    // It leads nowhere.
    return 'file';
  }
}

/** Writes one file's words. */
export function writeStat(into: Float64Array, at: number, stat: Stats): void {
  into[at] = stat.dev;
  into[at + 1] = stat.ino;
  into[at + 2] = stat.size;
  into[at + 3] = stat.mtimeMs;
  into[at + 4] = stat.ctimeMs;
  into[at + 5] = isExecutable(stat) ? 1 : 0;
}

/** The owner may execute it; Windows has no such bit. */
function isExecutable(stat: Stats): boolean {
  return process.platform !== 'win32' && (stat.mode & 0o100) !== 0;
}

/** Not throwing for what is not there: an error object costs more than the call. */
const LSTAT_OPTIONS = { throwIfNoEntry: false } as const;

function lstatOrUndefined(path: string): Stats | undefined {
  try {
    return lstatSync(path, LSTAT_OPTIONS);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(error, path);
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    // Removed between listing its parent and here: then it has no files.
    if (errnoOf(error) === 'ENOENT') return [];
    throw unreadable(error, path);
  }
}

/** Where a link leads. Throws BAD_PATH when that is outside `root` or nowhere. */
function followLink(root: string, path: string): string {
  let target: string;
  try {
    target = realpathSync(path);
  } catch (error) {
    throw new FermentError(
      'BAD_PATH',
      `The link ${path} leads nowhere (${errnoOf(error) ?? 'unreadable'}).`,
      {
        hint: 'Remove the link, or put back what it points to.',
        cause: error,
      },
    );
  }
  if (isAncestor(realpathSync(root), target)) return target;
  throw new FermentError('BAD_PATH', `The link ${path} leads out of the project, to ${target}.`, {
    hint: 'Copy the data into the project, or declare the real path as a dep of its own.',
  });
}

function isAncestor(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function refuseSpecial(path: string): never {
  throw new FermentError('BAD_PATH', `${path} is neither a file nor a folder (a pipe, socket or device).`, {
    hint: 'Remove it, or keep it out of the folders that stages declare.',
  });
}

/** A name that was listed but cannot be found was removed meanwhile, or has bytes that are no UTF-8. */
function refuseBadName(path: string, name: string): void {
  if (!name.includes('\ufffd')) return;
  throw new FermentError('BAD_PATH', `The name of ${JSON.stringify(path)} is not valid UTF-8.`, {
    hint: 'Rename the file; names travel in JSON, which is UTF-8.',
  });
}

const UNREADABLE_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Make it readable for this user.',
  EPERM: 'Make it readable for this user.',
  EIO: 'The disk reports an error; copy the data to a sound one.',
  ENOENT: 'It was removed while it was read: wait until whatever writes there has finished.',
};

/** Explains a failed read: what cannot be read, and why. Other errors pass unchanged. */
export function unreadable(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  const hint = errno === undefined ? undefined : UNREADABLE_HINTS[errno];
  if (hint === undefined) return error;
  return new FermentError('UNREADABLE', `Cannot read ${path} (${errno}).`, { hint, cause: error });
}
