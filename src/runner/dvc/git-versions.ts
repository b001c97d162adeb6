import { posix } from 'node:path';
import { runGit } from '../git/run-git.ts';
import type { ProjectPath } from '../model.ts';
import type { FileRow } from './contents.ts';
import { md5OfListing } from './listing.ts';
import { type Hashes, hashLargeBytes, type Md5Reference, md5For } from './md5.ts';

/** What a path held in some commit. */
export interface GitVersion {
  readonly isFolder: boolean;
  readonly rows: readonly FileRow[];
}

/** Looking further back, or into larger files, would cost more than running a stage again. */
const MOST_COMMITS = 2000;
const LARGEST_BLOB = 16 * 1024 * 1024;
const LARGEST_SUM = 256 * 1024 * 1024;

/** Contents that a git repository has of the project's paths, in any commit of any branch. Without git there are none. */
export class GitVersions {
  readonly #root: string;
  readonly #prefix: string | undefined;
  readonly #versions = new Map<ProjectPath, readonly GitVersion[]>();
  readonly #blobs = new Map<string, { readonly hashes: Hashes; readonly bytes: Buffer }>();
  readonly #oids = new Map<string, string>();
  readonly #listings = new WeakMap<GitVersion, Map<boolean, string>>();

  constructor(root: string) {
    this.#root = root;
    this.#prefix = this.#git(['rev-parse', '--show-prefix'])?.toString().replace(/\n$/, '');
  }

  /** The version of a path that DVC means, or undefined. */
  find(path: ProjectPath, reference: Md5Reference): GitVersion | undefined {
    return this.versions(path).find((version) => {
      if (version.isFolder !== reference.isFolder) return false;
      const [first] = version.rows;
      if (!version.isFolder) return first !== undefined && md5For(first.hashes, reference) === reference.md5;
      return this.#listingOf(version, reference.legacy) === reference.md5;
    });
  }

  /** All versions of a path, the newest first. */
  versions(path: ProjectPath): readonly GitVersion[] {
    const known = this.#versions.get(path);
    if (known !== undefined) return known;
    const versions = this.#readVersions(path);
    this.#versions.set(path, versions);
    return versions;
  }

  /** The bytes of a file that a version has. */
  bytes({ digest }: Hashes): Buffer | undefined {
    const oid = this.#oids.get(digest);
    return oid === undefined ? undefined : this.#blobs.get(oid)?.bytes;
  }

  #readVersions(path: ProjectPath): readonly GitVersion[] {
    const full = this.#prefix === undefined ? undefined : posix.join(this.#prefix, path);
    if (full === undefined || full.startsWith('..') || full.startsWith('/') || full.includes('\n')) return [];
    const log = this.#git([
      'log',
      '--all',
      `-n${MOST_COMMITS}`,
      '--format=%H',
      '--',
      `:(top,literal)${full}`,
    ]);
    const commits =
      log
        ?.toString()
        .split('\n')
        .filter((id) => id !== '') ?? [];
    const names = commits.map((commit) => `${commit}:${full}`);
    const objects = new Map(
      this.#describe(names).flatMap(({ id, type, size }) =>
        type === '' ? [] : [[id, { type, size }] as const],
      ),
    );
    const versions: GitVersion[] = [];
    for (const [id, { type, size }] of objects) {
      const version = type === 'tree' ? this.#tree(id) : this.#file(id, size);
      if (version !== undefined) versions.push(version);
    }
    return versions;
  }

  #file(id: string, size: number): GitVersion | undefined {
    const [row] = this.#rows([{ id, path: '', executable: false, size }]) ?? [];
    return row === undefined ? undefined : { isFolder: false, rows: [row] };
  }

  #tree(id: string): GitVersion | undefined {
    const list = this.#git(['ls-tree', '-r', '-z', '--long', '--full-tree', id])?.toString() ?? '';
    const entries = list.split('\0').flatMap((line) => {
      // <mode> SP blob SP <object> SP+ <size> TAB <path>; links (120000) have no content of their own.
      const match = /^(100644|100755) blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(line);
      if (match === null) return [];
      const [, mode, blob = '', size, path = ''] = match;
      return [{ id: blob, path, executable: mode === '100755', size: Number(size) }];
    });
    const rows = this.#rows(entries);
    return rows === undefined ? undefined : { isFolder: true, rows };
  }

  /** Undefined when that is too much to read. */
  #rows(
    entries: readonly {
      readonly id: string;
      readonly path: string;
      readonly executable: boolean;
      readonly size: number;
    }[],
  ): readonly FileRow[] | undefined {
    const fresh = entries.filter(({ id }) => !this.#blobs.has(id));
    const sum = fresh.reduce((total, { size }) => total + size, 0);
    if (sum > LARGEST_SUM || fresh.some(({ size }) => size > LARGEST_BLOB)) return undefined;
    this.#readBlobs([...new Set(fresh.map(({ id }) => id))]);
    const rows = entries.flatMap(({ id, path, executable }) => {
      const blob = this.#blobs.get(id);
      return blob === undefined ? [] : [{ path, hashes: blob.hashes, executable }];
    });
    return rows.length === entries.length ? rows : undefined;
  }

  #readBlobs(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const output = this.#git(['cat-file', '--batch'], ids) ?? Buffer.alloc(0);
    for (let at = 0; at < output.length; ) {
      const end = output.indexOf('\n', at);
      const [id = '', type, size] = output.subarray(at, end).toString().split(' ');
      if (type !== 'blob') return;
      const bytes = output.subarray(end + 1, end + 1 + Number(size));
      const hashes = hashLargeBytes(bytes);
      this.#blobs.set(id, { hashes, bytes });
      this.#oids.set(hashes.digest, id);
      at = end + 1 + Number(size) + 1;
    }
  }

  /** What names stand for; `type` is empty for those that stand for nothing. */
  #describe(
    names: readonly string[],
  ): readonly { readonly id: string; readonly type: string; readonly size: number }[] {
    if (names.length === 0) return [];
    const output = this.#git(['cat-file', '--batch-check'], names)?.toString() ?? '';
    return output.split('\n').map((line) => {
      const match = /^([0-9a-f]{40,64}) (blob|tree) (\d+)$/.exec(line);
      return { id: match?.[1] ?? '', type: match?.[2] ?? '', size: Number(match?.[3] ?? 0) };
    });
  }

  #listingOf(version: GitVersion, legacy: boolean): string {
    const known = this.#listings.get(version) ?? new Map<boolean, string>();
    this.#listings.set(version, known);
    const rows = version.rows.map(({ path, hashes }) => ({ path, md5: md5For(hashes, { legacy }) }));
    const listing = known.get(legacy) ?? md5OfListing(rows);
    known.set(legacy, listing);
    return listing;
  }

  #git(args: readonly string[], lines: readonly string[] = []): Buffer | undefined {
    const { status, stdout } = runGit(this.#root, args, lines.map((line) => `${line}\n`).join(''));
    // No git, no repository, no commit: then there is nothing to find.
    return status === 0 ? stdout : undefined;
  }
}
