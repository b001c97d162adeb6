import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { digestOf, FermentError } from '../../kit/index.ts';
import { rulesAbove, rulesInside } from '../ignore/dvcignore.ts';
import { isIgnoredBelow, type Rule } from '../ignore/rules.ts';
import type { Content, ProjectPath } from '../model.ts';
import { fileSystemNow } from './clock.ts';
import { FileIndex } from './file-index.ts';
import { hashOne, hashRows, type ObjectSink, recallDigests } from './hash-rows.ts';
import type { Manifest } from './manifest.ts';
import {
  isSettled,
  isSingleFile,
  type Measured,
  manifestTextOf,
  measuredFrom,
  settledOnly,
  sizeAt,
  totalSize,
} from './measured.ts';
import { sha256 } from './read.ts';
import { STAT_WORDS, sameTree, type Tree, treeOf } from './tree.ts';
import { loadTable, packDigests, saveTable, type TreeTable, unpackDigests } from './tree-table.ts';
import { statInside, type WalkHelper, walkTree, writeStat } from './walk.ts';
import { startWalkHelper } from './walk-helper.ts';

/** A folder whose table is as large has thousands of files; with fewer, a thread takes longer to start than it saves. */
const LARGE_TABLE_BYTES = 500_000;
const TABLE_SUFFIX = '.tree';

/**
 * Hashes files and folders of one project, and remembers what it hashed in `<state>/index`: an unchanged file costs
 * one stat. Within a process a path is looked at once, until `forget()`.
 */
export class Hasher {
  readonly root: string;
  readonly #indexFolder: string;
  readonly #files: FileIndex;
  readonly #tables = new Map<ProjectPath, TreeTable>();
  readonly #measured = new Map<ProjectPath, Promise<Measured | undefined>>();
  readonly #wasLarge = new Map<ProjectPath, boolean>();
  #helper: WalkHelper | undefined;
  /** What `.dvcignore` says in folders that lie above what was looked at. */
  readonly #rules = new Map<string, readonly Rule[]>();
  readonly #ignored = new Map<ProjectPath, readonly string[]>();
  /** Where folders really are, links followed. */
  readonly #real = new Map<string, string | undefined>();

  constructor(root: string, stateFolder: string) {
    this.root = root;
    this.#indexFolder = join(stateFolder, 'index');
    this.#files = new FileIndex(join(this.#indexFolder, 'files.json'));
  }

  /** Starts the thread of large folders before the first walk, where an earlier command met such a folder. */
  prepare(): void {
    const tables = listOrNone(this.#indexFolder).filter((name) => name.endsWith(TABLE_SUFFIX));
    if (tables.some((name) => sizeOfFile(join(this.#indexFolder, name)) >= LARGE_TABLE_BYTES))
      this.#helper ??= startWalkHelper();
  }

  /** The content of a path, or undefined when nothing is there. Throws BAD_PATH and UNREADABLE. */
  async content(path: ProjectPath, sink?: ObjectSink): Promise<Content | undefined> {
    return (await this.measure(path, sink))?.content;
  }

  /** The content with the files behind it. */
  measure(path: ProjectPath, sink?: ObjectSink): Promise<Measured | undefined> {
    const known = this.#measured.get(path);
    if (known !== undefined) return known;
    const fresh = this.#measure(path, sink);
    this.#measured.set(path, fresh);
    return fresh;
  }

  /** Looks at the disk again from now on: something may have written. */
  forget(): void {
    this.#measured.clear();
    this.#real.clear();
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

  /** For a dry run: takes a path to have this content, until `forget()`. */
  assume(content: Content): void {
    const tree = treeOf([], new Float64Array());
    this.#measured.set(content.path, Promise.resolve({ content, tree, settled: tree, digests: [] }));
  }

  /** The state of a path's files without hashing, or undefined when nothing is there. */
  look(path: ProjectPath): Tree | undefined {
    const { absolute, linkRoot } = this.#locate(path);
    const stat = statInside(linkRoot, absolute);
    if (stat === undefined) return undefined;
    if (stat.isDirectory()) return this.#walk(path, linkRoot, absolute);
    if (!stat.isFile())
      throw new FermentError(
        'BAD_PATH',
        `${path} is neither a file nor a folder (a pipe, socket or device).`,
      );
    const stats = new Float64Array(STAT_WORDS);
    writeStat(stats, 0, stat);
    return treeOf([''], stats);
  }

  /**
   * Remembers a folder that is about to be renamed to `path`: its files were written and verified by us in `staged`,
   * where nobody else writes, so their digests are known.
   */
  adopt(path: ProjectPath, staged: string, manifest: Manifest): void {
    const tree = walkTree(staged, staged);
    const known = new Map(manifest.map((entry) => [entry.path, entry.digest]));
    const digests = tree.names.map((name) => known.get(name));
    if (!digests.every((digest) => digest !== undefined)) return;
    const hashed = { packed: packDigests(digests), manifest: manifestTextOf(tree, digests) };
    this.#remember(path, tree, hashed, fileSystemNow(this.#clockFile()));
  }

  /** Writes what was learned about single files; folders are written as they are hashed. */
  save(): void {
    this.#files.save();
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

  async #measure(path: ProjectPath, sink: ObjectSink | undefined): Promise<Measured | undefined> {
    const tree = this.look(path);
    if (tree === undefined) return undefined;
    return isSingleFile(tree) ? this.#measureFile(path, tree, sink) : this.#measureFolder(path, tree, sink);
  }

  async #measureFile(path: ProjectPath, tree: Tree, sink: ObjectSink | undefined): Promise<Measured> {
    const size = sizeAt(tree, 0);
    let digest = this.#files.get(path, tree.stats);
    let settled = tree;
    if (digest === undefined) {
      const now = fileSystemNow(this.#clockFile());
      digest = await hashOne(resolve(this.root, path), size, sink);
      settled = settledOnly(tree, now);
      if (isSettled(tree, 0, now)) this.#files.set(path, tree.stats, digest);
    }
    const executable = tree.stats[STAT_WORDS - 1] === 1 ? { executable: true } : {};
    const content: Content = { path, kind: 'file', digest, size, files: 1, ...executable };
    return { content, tree, settled, digests: [digest] };
  }

  async #measureFolder(path: ProjectPath, tree: Tree, sink: ObjectSink | undefined): Promise<Measured> {
    const table = this.#tables.get(path) ?? loadTable(this.#tableFile(path), path);
    if (table !== undefined) {
      this.#tables.set(path, table);
      if (sameTree(table.tree, tree)) return measuredFrom(path, tree, table);
    }
    const now = fileSystemNow(this.#clockFile());
    const packed = await hashRows(resolve(this.root, path), tree, recallDigests(table, tree), sink);
    const digests = unpackDigests(packed);
    const manifest = manifestTextOf(tree, digests);
    return measuredFrom(path, tree, this.#remember(path, tree, { packed, manifest }, now), {
      digests,
      manifest,
    });
  }

  #remember(
    path: ProjectPath,
    tree: Tree,
    { packed, manifest }: { readonly packed: Buffer; readonly manifest: Uint8Array },
    now: number,
  ): TreeTable {
    const content = { digest: sha256(manifest), size: totalSize(tree), files: tree.count };
    const table = { tree: settledOnly(tree, now), digests: packed, content };
    this.#tables.set(path, table);
    saveTable(this.#tableFile(path), path, table);
    return table;
  }

  /** The helper where the folder was a large one for an earlier command: in the first a thread is memory more than time. */
  #helperFor(path: ProjectPath): WalkHelper | undefined {
    let wasLarge = this.#wasLarge.get(path);
    wasLarge ??= sizeOfFile(this.#tableFile(path)) >= LARGE_TABLE_BYTES;
    this.#wasLarge.set(path, wasLarge);
    if (wasLarge) this.#helper ??= startWalkHelper();
    return wasLarge ? this.#helper : undefined;
  }

  #tableFile(path: ProjectPath): string {
    return join(this.#indexFolder, `${digestOf(path).slice(0, 32)}${TABLE_SUFFIX}`);
  }

  #clockFile(): string {
    return join(this.#indexFolder, 'clock');
  }

  /** The absolute path, and the folder that links may not leave. Throws BAD_PATH when a parent leads outside. */
  #locate(path: ProjectPath): { readonly absolute: string; readonly linkRoot: string } {
    const absolute = resolve(this.root, path);
    if (isAbsolute(path) || path.startsWith('../')) return { absolute, linkRoot: dirname(absolute) };
    const parent = this.#realFolder(dirname(absolute));
    const root = this.#realFolder(this.root) ?? this.root;
    if (parent === undefined || parent === root || parent.startsWith(root + sep))
      return { absolute, linkRoot: this.root };
    throw new FermentError('BAD_PATH', `${path} goes through a link that leaves the project, to ${parent}.`, {
      hint: 'Copy the data into the project, or declare the real path as a dep of its own.',
    });
  }

  #realFolder(absolute: string): string | undefined {
    if (!this.#real.has(absolute)) this.#real.set(absolute, realpathOrUndefined(absolute));
    return this.#real.get(absolute);
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

function realpathOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
