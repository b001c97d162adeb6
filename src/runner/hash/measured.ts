import { compareBytes, type Digest, FermentError } from '../../kit/index.ts';
import type { Content, ProjectPath } from '../model.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { digestAt, type TreeTable } from './tree-table.ts';
import { STAT_WORDS, type Tree } from './walk.ts';

/** A path's content and the state of its files at that moment, to be held against a later look. */
export interface Measured {
  readonly content: Content;
  readonly tree: Tree;
  /** The same, with zeros for files so new that a later edit may not show in their times. */
  readonly settled: Tree;
  readonly digests: readonly Digest[];
}

/** The manifest of a measured folder. */
export function manifestOf(measured: Measured): Manifest {
  return manifestFrom(measured.tree, measured.digests);
}

/** True for the tree of a path that is a file, not a folder. */
export function isSingleFile(tree: Tree): boolean {
  return tree.names.length === 1 && tree.names[0] === '';
}

/** Row numbers by name. */
export function rowsByName(tree: Tree): Map<string, number> {
  return new Map(tree.names.map((name, row) => [name, row]));
}

export function sameRow(a: Tree, rowA: number, b: Tree, rowB: number): boolean {
  for (let word = 0; word < STAT_WORDS; word++)
    if (a.stats[rowA * STAT_WORDS + word] !== b.stats[rowB * STAT_WORDS + word]) return false;
  return true;
}

export function sizeAt(tree: Tree, row: number): number {
  return Number(tree.stats[row * STAT_WORDS + 2] ?? 0n);
}

export function totalSize(tree: Tree): number {
  return tree.names.reduce((sum, _, row) => sum + sizeAt(tree, row), 0);
}

export function isSettled(tree: Tree, row: number, now: bigint): boolean {
  const mtime = tree.stats[row * STAT_WORDS + 3] ?? now;
  const ctime = tree.stats[row * STAT_WORDS + 4] ?? now;
  return mtime < now && ctime < now;
}

/** The tree with the words of unsettled files zeroed, so that they are hashed again next time. */
export function settledOnly(tree: Tree, now: bigint): Tree {
  const stats = tree.stats.slice();
  for (let row = 0; row < tree.names.length; row++)
    if (!isSettled(tree, row, now)) stats.fill(0n, row * STAT_WORDS, (row + 1) * STAT_WORDS);
  return { names: tree.names, stats };
}

export function measuredFrom(path: ProjectPath, tree: Tree, table: TreeTable): Measured {
  const content: Content = { path, kind: 'dir', ...table.content };
  let digests: readonly Digest[] | undefined;
  return {
    content,
    tree,
    settled: table.tree,
    // A fresh folder needs no list of its digests; who asks (storing, comparing) pays.
    get digests() {
      digests ??= tree.names.map((_, row) => digestAt(table, row));
      return digests;
    },
  };
}

/** The manifest of a tree whose files have these digests. */
export function manifestFrom(tree: Tree, digests: readonly Digest[]): Manifest {
  return [...entriesOf(tree, digests)];
}

/** The entries of the manifest one by one: for what does not need them all in memory. */
export function* entriesOf(tree: Tree, digests: readonly Digest[]): Generator<ManifestEntry> {
  for (const row of sortedRows(tree.names)) {
    const path = tree.names[row] ?? '';
    const entry = { path, size: sizeAt(tree, row), digest: digests[row] ?? missingDigest(path) };
    const isExecutable = tree.stats[row * STAT_WORDS + STAT_WORDS - 1] === 1n;
    yield isExecutable ? { ...entry, executable: true } : entry;
  }
}

/** The numbers of the names in the order of their bytes. */
function sortedRows(names: readonly string[]): Uint32Array {
  const rows = Uint32Array.from(names.keys());
  const nameOf = (row: number): string => names[row] ?? '';
  // The order of UTF-16 is that of UTF-8 unless a surrogate is involved: looking once is faster than at each step.
  return names.some((name) => /[\ud800-\udfff]/.test(name))
    ? rows.sort((a, b) => compareBytes(nameOf(a), nameOf(b)))
    : rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function missingDigest(path: string): never {
  throw new FermentError('INTERNAL', `No digest was computed for ${path}.`);
}
