import { compareBytes } from '../../kit/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import type { Content, ProjectPath, StageName } from '../model.ts';
import type { DataItem, DataSide } from './data-side.ts';
import { findRenames } from './renames.ts';

/** A file or folder on one side. */
export type Version = Pick<Content, 'kind' | 'digest' | 'size' | 'files' | 'executable'>;

/** What became of one path: a declared dep or out, or a file in one. */
export interface DataChange {
  readonly change: 'added' | 'deleted' | 'modified' | 'renamed';
  readonly path: ProjectPath;
  /** The path before it was renamed. */
  readonly from?: ProjectPath;
  /** The dep or out that it lies in; its own path when it is one. */
  readonly item: ProjectPath;
  readonly outOf: StageName | undefined;
  readonly depOf: readonly StageName[];
  readonly old?: Version;
  readonly new?: Version;
  /** A folder that differs, and which files in it do cannot be told: the store has not its list of files. */
  readonly filesUnknown?: true;
}

/** Everything that differs between two sides, sorted by path. */
export interface DataDiff {
  readonly before: string;
  readonly after: string;
  readonly changes: readonly DataChange[];
  /** Outs of the newer side that are neither on disk nor in the store. */
  readonly notStored: readonly ProjectPath[];
}

/** Compares two sides, down to the files in folders; a path that went and one that came with its content are a rename. */
export function compareData(
  before: DataSide,
  after: DataSide,
  isWanted: (change: DataChange) => boolean = () => true,
): DataDiff {
  const changes = new Map<ProjectPath, DataChange>();
  const paths = [...new Set([...before.items.keys(), ...after.items.keys()])].sort(compareBytes);
  const found = paths.map((path) => {
    const [old, now] = [before.items.get(path), after.items.get(path)];
    const own = compareItem(path, old, now);
    return own === undefined ? undefined : { own, old, now };
  });
  const differing = found.filter((one) => one !== undefined);
  // Declared paths first: a file that is a dep by itself is more than a file in a folder.
  for (const { own } of differing) changes.set(own.path, own);
  for (const { own, old, now } of differing) {
    const inside = compareFiles(own, [filesOf(before, old), filesOf(after, now)]);
    if (inside === undefined) changes.set(own.path, { ...own, filesUnknown: true });
    for (const one of inside ?? []) if (!changes.has(one.path)) changes.set(one.path, one);
  }
  return {
    before: before.label,
    after: after.label,
    changes: findRenames([...changes.values()])
      .filter(isWanted)
      .sort(byPath),
    notStored: after.notStored,
  };
}

function byPath(a: DataChange, b: DataChange): number {
  return compareBytes(a.path, b.path);
}

function compareItem(
  path: ProjectPath,
  old: DataItem | undefined,
  now: DataItem | undefined,
): DataChange | undefined {
  const [before, after] = [versionOf(old?.content), versionOf(now?.content)];
  const change = changeOf(before, after);
  if (change === undefined) return undefined;
  const { outOf, depOf } = now ?? old ?? { outOf: undefined, depOf: [] };
  return { change, path, item: path, outOf, depOf, ...sides(before, after) };
}

function changeOf(old: Version | undefined, now: Version | undefined): DataChange['change'] | undefined {
  if (old === undefined) return now === undefined ? undefined : 'added';
  if (now === undefined) return 'deleted';
  const isSame = old.kind === now.kind && old.digest === now.digest && old.executable === now.executable;
  return isSame ? undefined : 'modified';
}

function versionOf(content: Content | undefined): Version | undefined {
  if (content === undefined) return undefined;
  const { path: _, ...version } = content;
  return version;
}

function sides(old: Version | undefined, now: Version | undefined): Pick<DataChange, 'old' | 'new'> {
  return { ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) };
}

type Files = ReadonlyMap<string, Version>;

/** The files of an item by their path in it; none for a file or nothing, undefined when they are not known. */
function filesOf(side: DataSide, item: DataItem | undefined): Files | undefined {
  if (item === undefined || item.content.kind === 'file') return new Map();
  return asFiles(side.manifestOf(item.content));
}

function asFiles(manifest: Manifest | undefined): Files | undefined {
  return manifest === undefined
    ? undefined
    : new Map(manifest.map(({ path, ...entry }) => [path, { kind: 'file', files: 1, ...entry }]));
}

function compareFiles(
  own: DataChange,
  [before, after]: readonly [Files | undefined, Files | undefined],
): DataChange[] | undefined {
  if (before === undefined || after === undefined) return undefined;
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    const change = changeOf(old, now);
    if (change === undefined) return [];
    const { item, outOf, depOf } = own;
    return [{ change, path: `${own.path}/${name}`, item, outOf, depOf, ...sides(old, now) }];
  });
}
