import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { Hasher } from '../hash/hasher.ts';
import { STAT_WORDS, type Tree } from '../hash/tree.ts';
import type { ProjectPath } from '../model.ts';
import type { WatchedItem } from './watched.ts';

/** What a look at one item saw: file to what tells its versions apart. */
type Seen = ReadonlyMap<string, string>;

/** What a look at everything that is watched saw, item by item. */
export type Snapshot = ReadonlyMap<string, Seen>;

export interface InputChange {
  /** As people know it: relative to the project where it lies in there. */
  readonly path: string;
  readonly change: 'new' | 'modified' | 'deleted';
}

/** Looks at everything, without reading a byte of it. Never throws: what cannot be looked at is a state like others. */
export function lookAt(
  root: string,
  hasher: Hasher,
  items: readonly WatchedItem[],
  isMade: (path: ProjectPath) => boolean,
): Snapshot {
  return new Map(items.map((item) => [keyOf(item), seenOf(root, hasher, item, isMade)]));
}

/** How what is watched in both looks differs, sorted by path, each path once. */
export function compareLooks(before: Snapshot, now: Snapshot): readonly InputChange[] {
  const changes = [...now].flatMap(([key, seen]) => compareSeen(before.get(key) ?? seen, seen));
  const byPath = new Map(changes.map((change) => [change.path, change]));
  return [...byPath.values()].sort((a, b) => compareBytes(a.path, b.path));
}

function compareSeen(before: Seen, now: Seen): InputChange[] {
  const changes: InputChange[] = [];
  for (const [path, state] of now) {
    const was = before.get(path);
    if (was !== state) changes.push({ path, change: was === undefined ? 'new' : 'modified' });
  }
  for (const path of before.keys()) if (!now.has(path)) changes.push({ path, change: 'deleted' });
  return changes;
}

function keyOf({ kind, name }: WatchedItem): string {
  return `${kind} ${name}`;
}

function seenOf(
  root: string,
  hasher: Hasher,
  item: WatchedItem,
  isMade: (path: ProjectPath) => boolean,
): Seen {
  if (item.kind === 'names')
    return new Map(namesIn(join(root, item.name)).map((name) => [join(item.name, name), '']));
  if (item.kind === 'source') return new Map(sourceState(item.path).map((state) => [item.name, state]));
  const seen = new Map<string, string>();
  for (const path of item.paths) {
    for (const [file, state] of statesBelow(hasher, path)) if (!isMade(file)) seen.set(file, state);
  }
  return seen;
}

function statesBelow(hasher: Hasher, path: ProjectPath): readonly (readonly [ProjectPath, string])[] {
  try {
    const tree = hasher.look(path);
    if (tree === undefined) return [];
    return tree.names.map((name, row) => [name === '' ? path : `${path}/${name}`, rowState(tree, row)]);
  } catch (error) {
    return [[path, String(error)]];
  }
}

/** Device, inode, size, time of the last write and the right to execute. A new hard link is no change. */
function rowState({ stats }: Tree, row: number): string {
  const at = row * STAT_WORDS;
  return `${stats.subarray(at, at + 4).join(' ')} ${stats[at + STAT_WORDS - 1]}`;
}

function sourceState(path: string): string[] {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? [] : [`${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}`];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
