import { compareBytes, type Digest, FermentError } from '../../kit/index.ts';
import type { Content, ProjectPath } from '../model.ts';
import { bytesOfText, joinRows, type Manifest, type ManifestEntry, rowText } from './manifest.ts';
import { STAT_WORDS, type Tree, withStats } from './tree.ts';
import { type TreeTable, unpackDigests } from './tree-table.ts';

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
  return tree.count === 1 && tree.joinedNames === '';
}

/** Row numbers by name. */
export function rowsByName(tree: Tree): Map<string, number> {
  return new Map(tree.names.map((name, row) => [name, row]));
}

/** Tells whether a row of one tree has all the words of a row of another. */
export function rowComparer(a: Tree, b: Tree): (rowA: number, rowB: number) => boolean {
  return (rowA, rowB) => {
    for (let i = 0; i < STAT_WORDS; i++)
      if (a.stats[rowA * STAT_WORDS + i] !== b.stats[rowB * STAT_WORDS + i]) return false;
    return true;
  };
}

export function sizeAt(tree: Tree, row: number): number {
  return tree.stats[row * STAT_WORDS + 2] ?? 0;
}

export function totalSize(tree: Tree): number {
  let sum = 0;
  for (let row = 0; row < tree.count; row++) sum += sizeAt(tree, row);
  return sum;
}

export function isSettled(tree: Tree, row: number, now: number): boolean {
  const mtime = tree.stats[row * STAT_WORDS + 3] ?? now;
  const ctime = tree.stats[row * STAT_WORDS + 4] ?? now;
  return mtime < now && ctime < now;
}

/** The tree with the words of unsettled files zeroed, so that they are hashed again next time. */
export function settledOnly(tree: Tree, now: number): Tree {
  const stats = tree.stats.slice();
  for (let row = 0; row < tree.count; row++)
    if (!isSettled(tree, row, now)) stats.fill(0, row * STAT_WORDS, (row + 1) * STAT_WORDS);
  return withStats(tree, stats);
}

/** `fresh` is what was just computed for the table. */
export function measuredFrom(path: ProjectPath, tree: Tree, table: TreeTable, fresh?: Fresh): Measured {
  const content: Content = { path, kind: 'dir', ...table.content };
  let digests = fresh?.digests;
  const measured: Measured = {
    content,
    tree,
    settled: table.tree,
    // A fresh folder needs no list of its digests; who asks (storing, comparing) pays.
    get digests() {
      digests ??= unpackDigests(table.digests);
      return digests;
    },
  };
  if (fresh !== undefined) renderedFor.set(measured, fresh.manifest);
  return measured;
}

interface Fresh {
  /** The table's digests, unpacked. */
  readonly digests: readonly Digest[];
  /** The canonical JSON. */
  readonly manifest: Uint8Array;
}

/** Texts that were rendered for a digest, and that the store has not had yet. */
const renderedFor = new WeakMap<Measured, Uint8Array>();

/**
 * The canonical JSON of a measured folder's manifest. What was rendered when the folder was hashed is handed out once:
 * it has as many bytes as a file for each of its files.
 */
export function takeManifestText(measured: Measured): Uint8Array {
  const rendered = renderedFor.get(measured);
  renderedFor.delete(measured);
  return rendered ?? manifestTextOf(measured.tree, measured.digests);
}

/** The manifest of a tree whose files have these digests. */
export function manifestFrom(tree: Tree, digests: readonly Digest[]): Manifest {
  return [...entriesOf(tree, digests)];
}

/** The manifest's canonical JSON: the same as `manifestText` of its entries, without an object for each of many files. */
export function manifestTextOf(tree: Tree, digests: readonly Digest[]): Uint8Array {
  return bytesOfText(joinRows(rowsOf(tree, digests)));
}

/** What JSON writes in another way than it is. */
const ESCAPED = /["\\\u0001-\u001f\ud800-\udfff]/;

function* rowsOf(tree: Tree, digests: readonly Digest[]): Generator<string> {
  const isPlain = !ESCAPED.test(tree.joinedNames);
  for (const row of sortedRows(tree)) {
    const path = tree.names[row] ?? '';
    const json = isPlain ? `"${path}"` : JSON.stringify(path);
    yield rowText(digests[row] ?? missingDigest(path), isExecutable(tree, row), json, sizeAt(tree, row));
  }
}

function isExecutable(tree: Tree, row: number): boolean {
  return tree.stats[row * STAT_WORDS + STAT_WORDS - 1] === 1;
}

/** The entries of the manifest one by one: for what does not need them all in memory. */
export function* entriesOf(tree: Tree, digests: readonly Digest[]): Generator<ManifestEntry> {
  for (const row of sortedRows(tree)) {
    const path = tree.names[row] ?? '';
    const entry = { path, size: sizeAt(tree, row), digest: digests[row] ?? missingDigest(path) };
    yield isExecutable(tree, row) ? { ...entry, executable: true } : entry;
  }
}

/** The numbers of the names in the order of their bytes. */
function sortedRows({ names, joinedNames }: Tree): Uint32Array {
  const rows = Uint32Array.from(names.keys());
  // The order of UTF-16 is that of UTF-8 unless a surrogate is involved: looking once is faster than at each step.
  const isPlain = !/[\ud800-\udfff]/.test(joinedNames);
  // Folders are mostly listed in this order.
  if (isPlain && isAscending(names)) return rows;
  const nameOf = (row: number): string => names[row] ?? '';
  return isPlain
    ? rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    : rows.sort((a, b) => compareBytes(nameOf(a), nameOf(b)));
}

function isAscending(names: readonly string[]): boolean {
  let previous = '';
  for (const name of names) {
    if (name <= previous) return false;
    previous = name;
  }
  return true;
}

function missingDigest(path: string): never {
  throw new FermentError('INTERNAL', `No digest was computed for ${path}.`);
}
