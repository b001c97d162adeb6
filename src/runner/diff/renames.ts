import { posix } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { DataChange } from './compare-data.ts';

/**
 * Makes a rename of each pair of a path that went and one that came with the same content. A folder that was renamed
 * is one rename: its files are not listed. Empty files are all alike and never renamed.
 */
export function findRenames(changes: readonly DataChange[]): DataChange[] {
  const folders = pair(changes.filter((one) => kindOf(one) === 'dir'));
  const moved = new Set(folders.flatMap(({ old, now }) => [old.path, now.path]));
  const rest = changes.filter(
    (one) => !moved.has(one.path) && !(one.item !== one.path && moved.has(one.item)),
  );
  const files = pair(rest.filter((one) => kindOf(one) === 'file'));
  const paired = new Set(files.flatMap(({ old, now }) => [old, now]));
  return [...rest.filter((one) => !paired.has(one)), ...[...folders, ...files].map(renamed)];
}

interface Pair {
  readonly old: DataChange;
  readonly now: DataChange;
}

function kindOf(change: DataChange): 'file' | 'dir' | undefined {
  return (change.old ?? change.new)?.kind;
}

/** Of several candidates one with the same name is taken, else the first. */
function pair(changes: readonly DataChange[]): Pair[] {
  const gone = new Map<string, DataChange[]>();
  for (const one of sorted(changes, 'deleted')) {
    const digest = one.old?.digest ?? '';
    gone.set(digest, [...(gone.get(digest) ?? []), one]);
  }
  return sorted(changes, 'added').flatMap((now): Pair[] => {
    const candidates = gone.get(now.new?.digest ?? '') ?? [];
    const named = candidates.findIndex(({ path }) => posix.basename(path) === posix.basename(now.path));
    const [old] = candidates.splice(Math.max(named, 0), 1);
    return old === undefined ? [] : [{ old, now }];
  });
}

function sorted(changes: readonly DataChange[], change: 'added' | 'deleted'): DataChange[] {
  return changes
    .filter((one) => one.change === change && ((one.old ?? one.new)?.size ?? 0) > 0)
    .sort((a, b) => compareBytes(a.path, b.path));
}

function renamed({ old, now }: Pair): DataChange {
  return { ...now, change: 'renamed', from: old.path, ...(old.old === undefined ? {} : { old: old.old }) };
}
