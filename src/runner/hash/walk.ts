import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, FermentError } from '../../kit/index.ts';
import { DVCIGNORE, isIgnored, type Kind, type Rule } from '../ignore/rules.ts';
import { isIgnoredName } from './ignore.ts';
import { followLink, isAncestor, lstatOrUndefined } from './links.ts';
import { refuseBadName, refuseSpecial } from './no-content.ts';
import type { Folder, WalkHelper } from './shared-walk.ts';
import { concatTrees, type Tree } from './tree.ts';
import { TreeBuilder } from './tree-builder.ts';
import { unreadable } from './unreadable.ts';

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
  readonly #files = new TreeBuilder();

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
      if (mayBeShared && inside.isLarge) this.#parts.push(this.#files.cut(), inside);
      else this.visit(inside);
    }
  }

  /** Looks into the large folders, together with the helper: from both ends until all are claimed. */
  tree(): Tree {
    this.#parts.push(this.#files.cut());
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
    else if (stat.isFile()) this.#files.add(name, stat);
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
      this.#files.add(name, stat);
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

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    // Removed between listing its parent and here: then it has no files.
    if (errnoOf(error) === 'ENOENT') return [];
    throw unreadable(error, path);
  }
}
