import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { rulesAbove, rulesInside } from '../ignore/dvcignore.ts';
import { isIgnoredBelow, type Rule } from '../ignore/rules.ts';
import type { ProjectPath } from '../model.ts';
import { statInside } from './links.ts';
import { Locator } from './locate.ts';
import type { Manifest } from './manifest.ts';
import type { WalkHelper } from './shared-walk.ts';
import { STAT_WORDS, type Tree, treeOf } from './tree.ts';
import { writeStat } from './tree-builder.ts';
import { TABLE_SUFFIX, tablePath } from './tree-table.ts';
import { walkTree } from './walk.ts';
import { startWalkHelper } from './walk-helper.ts';

/** A folder whose table is as large has thousands of files; with fewer, a thread takes longer to start than it saves. */
const LARGE_TABLE_BYTES = 500_000;

/** The files of one project as they are on the disk: what is there, without hashing it. */
export class ProjectFiles {
  readonly root: string;
  readonly #indexFolder: string;
  readonly #locator: Locator;
  readonly #wasLarge = new Map<ProjectPath, boolean>();
  #helper: WalkHelper | undefined;
  /** What `.dvcignore` says in folders that lie above what was looked at. */
  readonly #rules = new Map<string, readonly Rule[]>();
  readonly #ignored = new Map<ProjectPath, readonly string[]>();

  constructor(root: string, indexFolder: string) {
    this.root = root;
    this.#indexFolder = indexFolder;
    this.#locator = new Locator(root);
  }

  /** Starts the thread of large folders before the first walk, where an earlier command met such a folder. */
  prepare(): void {
    const tables = listOrNone(this.#indexFolder).filter((name) => name.endsWith(TABLE_SUFFIX));
    if (tables.some((name) => sizeOfFile(join(this.#indexFolder, name)) >= LARGE_TABLE_BYTES))
      this.#helper ??= startWalkHelper();
  }

  /** Looks at the disk again from now on: something may have written. */
  forget(): void {
    this.#locator.forget();
    this.#rules.clear();
    this.#ignored.clear();
  }

  /** What `.dvcignore` names in a folder that is content: files and folders below it, as they were last looked at. */
  ignoredIn(path: ProjectPath): readonly string[] {
    if (!this.#ignored.has(path)) this.look(path);
    return this.#ignored.get(path) ?? [];
  }

  /** Whether all files of a folder with such a manifest would be content, by the `.dvcignore` of the folders above. */
  countsAll(path: ProjectPath, manifest: () => Manifest): boolean {
    const absolute = resolve(this.root, path);
    const rules = this.#rulesAbove(absolute);
    return rules.length === 0 || !manifest().some((entry) => isIgnoredBelow(rules, absolute, entry.path));
  }

  /** The state of a path's files without hashing, or undefined when nothing is there. */
  look(path: ProjectPath): Tree | undefined {
    const { absolute, linkRoot } = this.#locator.locate(path);
    const stat = statInside(linkRoot, absolute);
    if (stat === undefined) return undefined;
    if (stat.isDirectory()) return this.#walk(path, linkRoot, absolute);
    if (!stat.isFile())
      throw new FermentError(
        'BAD_PATH',
        `${path} is neither a file nor a folder (a pipe, socket or device).`,
        {
          hint: 'Remove it, or declare another path: what comes out of a pipe or a device cannot be read twice.',
        },
      );
    const stats = new Float64Array(STAT_WORDS);
    writeStat(stats, 0, stat);
    return treeOf([''], stats);
  }

  #walk(path: ProjectPath, linkRoot: string, folder: string): Tree {
    const helper = this.#helperFor(path);
    // What lies outside is no part of the project, and its ignore files are not the project's.
    if (linkRoot !== this.root) return walkTree(linkRoot, folder, { helper });
    const ignored: string[] = [];
    const onIgnored = (name: string): number => ignored.push(name);
    const tree = walkTree(linkRoot, folder, {
      helper,
      rules: this.#rulesAbove(folder),
      rulesInside,
      onIgnored,
    });
    this.#ignored.set(path, ignored);
    return tree;
  }

  /** Read once until `forget()`. */
  #rulesAbove(absolute: string): readonly Rule[] {
    return rulesAbove(this.root, absolute, (folder, above) => {
      const rules = this.#rules.get(folder) ?? rulesInside(folder, above);
      this.#rules.set(folder, rules);
      return rules;
    });
  }

  /** The helper where the folder was a large one for an earlier command: in the first a thread is memory more than time. */
  #helperFor(path: ProjectPath): WalkHelper | undefined {
    let wasLarge = this.#wasLarge.get(path);
    wasLarge ??= sizeOfFile(tablePath(this.#indexFolder, path)) >= LARGE_TABLE_BYTES;
    this.#wasLarge.set(path, wasLarge);
    if (wasLarge) this.#helper ??= startWalkHelper();
    return wasLarge ? this.#helper : undefined;
  }
}

function listOrNone(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOfFile(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
