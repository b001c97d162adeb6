import type { DataChange, DataDiff, Version } from './compare-data.ts';

/** The lists of `diff --json`: DVC's five, each entry with what it is, its hash and its size; folders end with `/`. */
export function dataDiffJson({ changes, notStored }: DataDiff): Readonly<Record<string, readonly unknown[]>> {
  const of = (change: DataChange['change']): readonly unknown[] =>
    changes.filter((one) => one.change === change).map(entryOf);
  return {
    added: of('added'),
    deleted: of('deleted'),
    modified: of('modified'),
    renamed: of('renamed'),
    'not in cache': notStored.map((path) => ({ path })),
  };
}

function entryOf(one: DataChange): unknown {
  const { change, from, outOf, depOf, old, new: now, filesUnknown } = one;
  const path = shownPath(one);
  const pick = <T>(read: (version: Version) => T): unknown => {
    if (change === 'modified')
      return { old: old === undefined ? null : read(old), new: now === undefined ? null : read(now) };
    const only = now ?? old;
    return only === undefined ? null : read(only);
  };
  return {
    path: from === undefined ? path : { old: withSlash(from, one), new: path },
    ...(outOf === undefined ? {} : { outOf }),
    ...(depOf.length === 0 ? {} : { depOf }),
    hash: pick(({ digest }) => digest),
    size: pick(({ size }) => size),
    ...(filesUnknown === true ? { files: 'unknown' } : {}),
  };
}

/** A path as it is shown: of a folder, with a slash at its end. */
export function shownPath(change: DataChange): string {
  return withSlash(change.path, change);
}

export function withSlash(path: string, { old, new: now }: DataChange): string {
  return (now ?? old)?.kind === 'dir' ? `${path}/` : path;
}
