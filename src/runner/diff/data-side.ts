import { join } from 'node:path';
import { compareBytes, isFermentError } from '../../kit/index.ts';
import { type Git, openGit, projectAt } from '../git/index.ts';
import type { Manifest } from '../hash/manifest.ts';
import { manifestOf } from '../hash/measured.ts';
import { findProject, type LoadOptions, loadProject, lockFileOf, type Project } from '../load/index.ts';
import { foldersAbove } from '../load/paths.ts';
import { declaredEntries, type Lock, parseLock } from '../lock/index.ts';
import type { Content, LockEntry, ProjectPath, StageName } from '../model.ts';
import { expandDeps } from '../run/find-deps.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import { isStored } from '../store/restore.ts';
import { Store } from '../store/store.ts';
import { manifestInGit } from './git-content.ts';

/** A path that stages read or write, on one side of a comparison. */
export interface DataItem {
  readonly content: Content;
  /** The stage that writes it; undefined for what only is read. */
  readonly outOf: StageName | undefined;
  readonly depOf: readonly StageName[];
}

/** What stages read and write in a commit, or now. */
export interface DataSide {
  /** As the header shows it. */
  readonly label: string;
  /** Sorted by path. */
  readonly items: ReadonlyMap<ProjectPath, DataItem>;
  /** The files of a folder; undefined when nobody knows them any more. */
  manifestOf(content: Content): Manifest | undefined;
  /** Outs that the lock of this side names and that are nowhere to be had: on disk, in the store, in git. */
  readonly notStored: readonly ProjectPath[];
  readonly warnings: readonly string[];
}

/** The deps and outs of a commit's stages, as the lock of that commit names them. Throws NO_PROJECT, NO_REVISION. */
export function commitData(options: LoadOptions, revision: string): DataSide {
  const { root, file } = findProject(options.cwd, options.file);
  const git = openGit(root);
  const lockFile = lockFileOf(file);
  const commit = git.resolve(revision);
  const text = git.show(commit, lockFile)?.toString() ?? '';
  const { entries, warnings } = declaredIn(parseLock(text, `${lockFile} (${revision})`), {
    load: () => projectAt(git, commit, { ...options, overrides: [] }),
    revision,
  });
  const store = new Store(join(root, STATE_FOLDER));
  const items = collect([...entries].map(([stage, entry]) => ({ stage, ...contentsOf(entry) })));
  const outs = [...items.values()].filter(({ outOf }) => outOf !== undefined).map(({ content }) => content);
  return {
    label: revision,
    items,
    manifestOf: (content) => storedManifest(store, content) ?? manifestInGit(git, commit, content),
    notStored: untracked(
      outs.filter((out) => !isStored(store, out)),
      () => git.list(commit),
    ),
    warnings,
  };
}

/** Those of some outs that a commit does not hold itself, as it does what has `cache: false`. */
function untracked(outs: readonly Content[], list: () => ReturnType<Git['list']>): ProjectPath[] {
  if (outs.length === 0) return [];
  const tracked = new Set(list().flatMap(({ path }) => [path, ...foldersAbove(path)]));
  return outs.flatMap(({ path }) => (tracked.has(path) ? [] : [path]));
}

/** An old pipeline may not be valid any more; what its lock says is then better than nothing. */
function declaredIn(
  { entries, warnings }: Lock,
  { load, revision }: { readonly load: () => Pick<Project, 'stages'>; readonly revision: string },
): Lock {
  if (entries.size === 0) return { entries, warnings };
  try {
    return { entries: declaredEntries(entries, load().stages), warnings };
  } catch (error) {
    if (!isFermentError(error)) throw error;
    const text = `The pipeline in ${revision} cannot be read, so all blocks of its lock count: ${error.message.split('\n')[0]}`;
    return { entries, warnings: [...warnings, text] };
  }
}

/** The deps and outs that stages declare, as they lie on disk. Throws as `loadProject` and `status` do. */
export async function workspaceData(options: LoadOptions): Promise<DataSide> {
  const project = loadProject(options);
  const warnings: string[] = [];
  const session = openSession(project, (text) => warnings.push(text));
  const stages: StageContents[] = [];
  const measured = new Map<ProjectPath, () => Manifest>();
  const look = async (path: ProjectPath): Promise<Content[]> => {
    const found = await session.hasher.measure(path);
    if (found === undefined) return [];
    measured.set(path, () => manifestOf(found));
    return [found.content];
  };
  for (const stage of project.stages) {
    const depPaths = (await expandDeps(session, stage)).flatMap(({ paths }) => paths);
    const [outs, deps]: [Content[], Content[]] = [[], []];
    for (const { path } of stage.outs) outs.push(...(await look(path)));
    for (const path of depPaths) deps.push(...(await look(path)));
    stages.push({ stage: stage.name, outs, deps });
  }
  const items = collect(stages);
  closeSession(session);
  return {
    label: 'workspace',
    items,
    manifestOf: ({ path }) => measured.get(path)?.(),
    notStored: lostOuts(session, items),
    warnings,
  };
}

/** Outs that are not there now and cannot be restored. */
function lostOuts({ store, entries, project }: Session, items: DataSide['items']): ProjectPath[] {
  const known = [...declaredEntries(entries, project.stages).values()].flatMap(({ outs }) => outs);
  return known
    .filter((out) => !items.has(out.path) && !isStored(store, out))
    .map(({ path }) => path)
    .sort(compareBytes);
}

interface StageContents {
  readonly stage: StageName;
  readonly outs: readonly Content[];
  readonly deps: readonly Content[];
}

function contentsOf({ outs, inputs }: LockEntry): Omit<StageContents, 'stage'> {
  return { outs, deps: inputs.deps };
}

/** One item for each path: what is an out and a dep is both. As an out its content is what counts. */
function collect(stages: readonly StageContents[]): ReadonlyMap<ProjectPath, DataItem> {
  const items = new Map<ProjectPath, DataItem>();
  for (const { stage, outs } of stages)
    for (const content of outs) items.set(content.path, { content, outOf: stage, depOf: [] });
  for (const { stage, deps } of stages) {
    for (const content of deps) {
      const known = items.get(content.path) ?? { content, outOf: undefined, depOf: [] };
      items.set(content.path, { ...known, depOf: [...known.depOf, stage] });
    }
  }
  return new Map([...items].sort(([a], [b]) => compareBytes(a, b)));
}

function storedManifest(store: Store, { digest }: Content): Manifest | undefined {
  try {
    return store.readManifest(digest);
  } catch (error) {
    if (isFermentError(error)) return undefined;
    throw error;
  }
}
