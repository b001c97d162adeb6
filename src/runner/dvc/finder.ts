import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { Hasher } from '../hash/hasher.ts';
import { digestOfManifest, type Manifest, type ManifestEntry } from '../hash/manifest.ts';
import { isSingleFile, type Measured, sizeAt } from '../hash/measured.ts';
import { STAT_WORDS } from '../hash/tree.ts';
import { foldersAbove } from '../load/paths.ts';
import type { Content, ProjectPath } from '../model.ts';
import type { Contents, FileRow } from './contents.ts';
import { listAsDvc } from './dvcignore.ts';
import { type ListedFile, md5OfListing } from './listing.ts';
import { type Md5Reference, md5For } from './md5.ts';

/** What a path holds, or will hold once it is restored: as the runner names it, and file by file. */
export interface Found {
  readonly content: Content;
  readonly rows: readonly FileRow[];
  /** The state of its files; undefined when nothing of it is there yet, or not all. */
  readonly measured: Measured | undefined;
}

/**
 * Looks paths up: in the workspace, and where something is missing there, among the contents that were found in DVC's
 * cache for it.
 */
export class Finder {
  readonly #hasher: Hasher;
  readonly #contents: Contents;
  readonly #repository: string;
  readonly #found = new Map<ProjectPath, Found>();
  readonly #virtual = new Map<ProjectPath, Found>();
  readonly #listings = new WeakMap<Found, Map<string, boolean>>();

  constructor(hasher: Hasher, contents: Contents, repository: string) {
    this.#hasher = hasher;
    this.#contents = contents;
    this.#repository = repository;
  }

  /** Takes a path that is missing from the workspace to hold a content of the cache. */
  addVirtual(path: ProjectPath, rows: readonly FileRow[], isFolder: boolean): Found {
    const found = virtualFound(path, rows, isFolder);
    this.#virtual.set(path, found);
    this.#hasher.assume(found.content);
    return found;
  }

  /**
   * What a path holds; `isStoring` says whether what is read on the way is stored. Undefined when nothing is there.
   * Throws BAD_PATH and UNREADABLE.
   */
  async find(path: ProjectPath, isStoring: boolean): Promise<Found | undefined> {
    const known = this.#virtual.get(path) ?? this.#found.get(path);
    if (known !== undefined) return known;
    const found = this.#inVirtual(path) ?? this.#withVirtual(path, await this.#onDisk(path, isStoring));
    if (found === undefined) return undefined;
    this.#found.set(path, found);
    if (found.measured === undefined) this.#hasher.assume(found.content);
    return found;
  }

  /** Lets the runner know a path of which something is missing from the workspace; no other file is read. */
  async takeVirtual(path: ProjectPath): Promise<void> {
    const folders = [...foldersAbove(path)];
    const isTouched = [...this.#virtual.keys()].some(
      (at) => folders.includes(at) || at.startsWith(`${path}/`),
    );
    if (isTouched) await this.find(path, false);
  }

  /** True when a content is the one that DVC noted. */
  async isSame(found: Found, reference: Md5Reference): Promise<boolean> {
    if ((found.content.kind === 'dir') !== reference.isFolder) return false;
    const [first] = found.rows;
    if (!reference.isFolder) return first !== undefined && md5For(first.hashes, reference) === reference.md5;
    const key = `${reference.legacy} ${reference.md5}`;
    const answers = this.#listings.get(found) ?? new Map<string, boolean>();
    this.#listings.set(found, answers);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer =
      md5OfListing(listed(found.rows, reference)) === reference.md5 ||
      (found.measured !== undefined && md5OfListing(await this.#asDvc(found, reference)) === reference.md5);
    answers.set(key, answer);
    return answer;
  }

  async #onDisk(path: ProjectPath, isStoring: boolean): Promise<Found | undefined> {
    if (this.#hasher.look(path) === undefined) return undefined;
    const measured = await this.#hasher.measure(path, this.#contents.sink(isStoring));
    if (measured === undefined) return undefined;
    const { content, tree, digests } = measured;
    const rows: FileRow[] = [];
    for (const [i, name] of tree.names.entries()) {
      const file = resolve(this.#hasher.root, path, name);
      const known = this.#contents.known.byDigest(digests[i] ?? content.digest);
      const hashes = known ?? (await this.#contents.readFile(file, sizeAt(tree, i)));
      const executable = tree.stats[(i + 1) * STAT_WORDS - 1] === 1;
      rows.push({ path: isSingleFile(tree) ? '' : name, hashes, executable });
    }
    return { content, rows, measured };
  }

  /** A path inside a folder that is missing. */
  #inVirtual(path: ProjectPath): Found | undefined {
    for (const folder of foldersAbove(path)) {
      const holder = this.#virtual.get(folder);
      if (holder === undefined) continue;
      const below = path.slice(folder.length + 1);
      const file = holder.rows.find((row) => row.path === below);
      if (file !== undefined) return virtualFound(path, [{ ...file, path: '' }], false);
      const rows = holder.rows.filter((row) => row.path.startsWith(`${below}/`));
      if (rows.length === 0) return undefined;
      const inner = rows.map((row) => ({ ...row, path: row.path.slice(below.length + 1) }));
      return virtualFound(path, inner, true);
    }
    return undefined;
  }

  /** A folder above outs of which some are missing. */
  #withVirtual(path: ProjectPath, disk: Found | undefined): Found | undefined {
    if (disk !== undefined && disk.content.kind === 'file') return disk;
    const rows: FileRow[] = [];
    for (const [at, { content, rows: inner }] of this.#virtual) {
      if (!at.startsWith(`${path}/`)) continue;
      const below = at.slice(path.length + 1);
      rows.push(
        ...inner.map((row) => ({ ...row, path: content.kind === 'file' ? below : `${below}/${row.path}` })),
      );
    }
    return rows.length === 0 ? disk : virtualFound(path, [...(disk?.rows ?? []), ...rows], true);
  }

  /** The listing as DVC makes it: without what `.dvcignore` names, with what only the runner leaves out. */
  async #asDvc(found: Found, reference: Md5Reference): Promise<ListedFile[]> {
    const folder = resolve(this.#hasher.root, found.content.path);
    const rows = new Map(found.rows.map((row) => [row.path, row.hashes]));
    const files: ListedFile[] = [];
    for (const path of listAsDvc(this.#repository, folder)) {
      const file = `${folder}/${path}`;
      const hashes = rows.get(path) ?? (await this.#contents.readFile(file, statSync(file).size));
      files.push({ path, md5: md5For(hashes, reference) });
    }
    return files;
  }
}

/** The manifest that a folder with these files has. */
export function manifestOfRows(rows: readonly FileRow[]): Manifest {
  return rows
    .map(
      ({ path, hashes: { digest, size }, executable }): ManifestEntry =>
        executable ? { path, size, digest, executable } : { path, size, digest },
    )
    .sort((a, b) => compareBytes(a.path, b.path));
}

function virtualFound(path: ProjectPath, rows: readonly FileRow[], isFolder: boolean): Found {
  return { content: contentOfRows(path, rows, isFolder), rows, measured: undefined };
}

/** How the runner names a content of which the files are known. */
export function contentOfRows(path: ProjectPath, rows: readonly FileRow[], isFolder: boolean): Content {
  const [first] = rows;
  if (!isFolder && first !== undefined) {
    const { digest, size } = first.hashes;
    const executable = first.executable ? { executable: true } : {};
    return { path, kind: 'file', digest, size, files: 1, ...executable };
  }
  const size = rows.reduce((sum, { hashes }) => sum + hashes.size, 0);
  return { path, kind: 'dir', digest: digestOfManifest(manifestOfRows(rows)), size, files: rows.length };
}

function listed(rows: readonly FileRow[], reference: Md5Reference): ListedFile[] {
  return rows.map(({ path, hashes }) => ({ path, md5: md5For(hashes, reference) }));
}
