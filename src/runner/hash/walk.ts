import { type BigIntStats, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { errnoOf, FermentError } from '../../kit/index.ts';
import { isIgnoredName } from './ignore.ts';

/** Words per file in `Tree.stats`: dev, ino, size, mtime (ns), ctime (ns), executable (0 or 1). */
export const STAT_WORDS = 6;

/** The files below a folder, in the order in which the file system lists them, with what tells a change from a glance. */
export interface Tree {
  /** Paths below the folder, with forward slashes. */
  readonly names: readonly string[];
  /** STAT_WORDS words for each name. */
  readonly stats: BigUint64Array;
}

/** What `lstat` says of a path, links followed where that is allowed, or undefined when nothing is there. */
export function statInside(root: string, path: string): BigIntStats | undefined {
  const stats = lstatOrUndefined(path);
  if (stats === undefined || !stats.isSymbolicLink()) return stats;
  return statSync(followLink(root, path), { bigint: true });
}

/**
 * Lists the files below `folder`, links followed as long as they stay in `root` (the project, or the folder itself
 * where it is an outside dep). Empty folders and ignored names are not content. Throws BAD_PATH for a link that
 * leaves, a link that leads into its own ancestors, a device, pipe or socket, and a name that is not UTF-8.
 */
export function walkTree(root: string, folder: string): Tree {
  const walker = new Walker(root);
  walker.visit(folder, '', []);
  return walker.tree();
}

/** One walk: the lists as they grow. */
class Walker {
  readonly #root: string;
  readonly #names: string[] = [];
  #stats = new BigUint64Array(STAT_WORDS * 64);

  constructor(root: string) {
    this.#root = root;
  }

  tree(): Tree {
    return { names: this.#names, stats: this.#stats.slice(0, this.#names.length * STAT_WORDS) };
  }

  /** `links` are the folders that links led into on the way here. */
  visit(absolute: string, prefix: string, links: readonly string[]): void {
    for (const name of listFolder(absolute)) {
      if (!isIgnoredName(name)) this.#entry(`${absolute}/${name}`, prefix + name, links);
    }
  }

  #entry(path: string, name: string, links: readonly string[]): void {
    const stat = lstatOrUndefined(path);
    if (stat === undefined) refuseBadName(path, name);
    else if (stat.isFile()) this.#add(name, stat);
    else if (stat.isDirectory()) this.visit(path, `${name}/`, links);
    else if (stat.isSymbolicLink()) this.#link(path, name, links);
    else refuseSpecial(path);
  }

  #link(path: string, name: string, links: readonly string[]): void {
    const target = followLink(this.#root, path);
    const stat = statSync(target, { bigint: true });
    if (stat.isFile()) {
      this.#add(name, stat);
      return;
    }
    if (!stat.isDirectory()) refuseSpecial(path);
    if (links.includes(target) || isAncestor(target, realpathSync(dirname(path)))) {
      throw new FermentError('BAD_PATH', `The link ${path} leads into a folder that holds it (${target}).`, {
        hint: 'Remove the link: a folder that contains itself has no content to hash.',
      });
    }
    this.visit(path, `${name}/`, [...links, target]);
  }

  #add(name: string, stat: BigIntStats): void {
    const at = this.#names.length * STAT_WORDS;
    if (at === this.#stats.length) {
      const larger = new BigUint64Array(this.#stats.length * 2);
      larger.set(this.#stats);
      this.#stats = larger;
    }
    writeStat(this.#stats, at, stat);
    this.#names.push(name);
  }
}

/** Writes one file's words. Negative times (before 1970) wrap, which keeps equality. */
export function writeStat(into: BigUint64Array, at: number, stat: BigIntStats): void {
  into[at] = stat.dev;
  into[at + 1] = stat.ino;
  into[at + 2] = stat.size;
  into[at + 3] = stat.mtimeNs;
  into[at + 4] = stat.ctimeNs;
  into[at + 5] = isExecutable(stat) ? 1n : 0n;
}

/** The owner may execute it; Windows has no such bit. */
function isExecutable(stat: BigIntStats): boolean {
  return process.platform !== 'win32' && (stat.mode & 0o100n) !== 0n;
}

function lstatOrUndefined(path: string): BigIntStats | undefined {
  try {
    // Not throwing for what is not there: an error object costs more than the call.
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
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
