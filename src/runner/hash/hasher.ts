import { join, resolve } from 'node:path';
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
import { ProjectFiles } from './project-files.ts';
import { sha256 } from './read.ts';
import { STAT_WORDS, sameTree, type Tree, treeOf } from './tree.ts';
import { loadTable, packDigests, saveTable, type TreeTable, tablePath, unpackDigests } from './tree-table.ts';
import { walkTree } from './walk.ts';

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
  readonly #disk: ProjectFiles;

  constructor(root: string, stateFolder: string) {
    this.root = root;
    this.#indexFolder = join(stateFolder, 'index');
    this.#disk = new ProjectFiles(root, this.#indexFolder);
    this.#files = new FileIndex(join(this.#indexFolder, 'files.json'));
  }

  /** Starts the thread of large folders before the first walk, where an earlier command met such a folder. */
  prepare(): void {
    this.#disk.prepare();
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
    this.#disk.forget();
  }

  /** What `.dvcignore` names in a folder that is content: files and folders below it, as they were last looked at. */
  ignoredIn(path: ProjectPath): readonly string[] {
    return this.#disk.ignoredIn(path);
  }

  /** Whether all files of a folder with such a manifest would be content, by the `.dvcignore` of the folders above. */
  countsAll(path: ProjectPath, manifest: () => Manifest): boolean {
    return this.#disk.countsAll(path, manifest);
  }

  /** For a dry run: takes a path to have this content, until `forget()`. */
  assume(content: Content): void {
    const tree = treeOf([], new Float64Array());
    this.#measured.set(content.path, Promise.resolve({ content, tree, settled: tree, digests: [] }));
  }

  /** The state of a path's files without hashing, or undefined when nothing is there. */
  look(path: ProjectPath): Tree | undefined {
    return this.#disk.look(path);
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
    const table = this.#tables.get(path) ?? loadTable(tablePath(this.#indexFolder, path), path);
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
    saveTable(tablePath(this.#indexFolder, path), path, table);
    return table;
  }

  #clockFile(): string {
    return join(this.#indexFolder, 'clock');
  }
}
