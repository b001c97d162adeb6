import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { isFermentError } from '../../kit/index.ts';
import { globMatches } from '../graph/index.ts';
import type { Project } from '../load/index.ts';
import type { Dep, ProjectPath, Stage, StageName } from '../model.ts';
import { expandDep, type FoundDep } from '../run/find-deps.ts';
import type { Session } from '../run/session.ts';

/** One thing that a pipeline reads. */
export type WatchedItem =
  /** A file that the project is loaded from; `name` is for people. */
  | { readonly kind: 'source'; readonly name: string; readonly path: string }
  /** A dep, or a module's source: a file, or a folder with all below it. */
  | { readonly kind: 'path'; readonly name: ProjectPath; readonly paths: readonly [ProjectPath] }
  /** A glob, and the files that it finds now. */
  | {
      readonly kind: 'glob';
      readonly name: string;
      readonly paths: readonly ProjectPath[];
      readonly base: ProjectPath;
      readonly isDeep: boolean;
    }
  /** Which names a folder has: a program that could not be bundled may lack one. */
  | { readonly kind: 'names'; readonly name: ProjectPath };

/** The files that loading read, absolute, as they are called in the project. */
export function sourceItems(root: string, paths: Iterable<string>): WatchedItem[] {
  return [...new Set(paths)].map((path) => ({ kind: 'source', name: nameIn(root, path), path }));
}

/** Everything that the selected stages read and no stage makes. */
export async function stageItems(session: Session, selected: readonly StageName[]): Promise<WatchedItem[]> {
  const items = new Map<string, WatchedItem>();
  for (const name of selected) {
    const stage = session.graph.stages.get(name);
    if (stage === undefined || stage.frozen) continue;
    const sources = stage.command.kind === 'module' ? session.bundler.sources(stage.command.module) : [];
    const found: FoundDep[] = [];
    for (const dep of stage.deps) found.push(await expandOrNothing(session, stage, dep));
    const deps = found.flatMap((one) => itemOf(session, one) ?? []);
    for (const item of [...sources.map(pathItem), ...deps]) items.set(`${item.kind} ${item.name}`, item);
  }
  return [...items.values()];
}

/** What the run has said cannot be read is watched all the same, until it can. */
async function expandOrNothing(session: Session, stage: Stage, dep: Dep): Promise<FoundDep> {
  try {
    return await expandDep(session, stage, dep);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return { dep, paths: [] };
  }
}

function pathItem(path: ProjectPath): WatchedItem {
  return { kind: 'path', name: path, paths: [path] };
}

/** Undefined for what a stage makes. */
function itemOf({ graph }: Session, { dep, paths }: FoundDep): WatchedItem | undefined {
  if (!dep.glob) return graph.producer(dep.path) === undefined ? pathItem(dep.path) : undefined;
  if (globMatches(dep, graph).length > 0) return undefined;
  const { base } = picomatch.scan(dep.path);
  const isDeep = dep.path.slice(base.length).replace(/^\//, '').includes('/');
  return { kind: 'glob', name: dep.path, paths, base, isDeep };
}

/** The folders with the sources of the selected modules: where a file that an import lacks would appear. */
export function sourceFolders(session: Session, selected: readonly StageName[]): WatchedItem[] {
  const folders = new Set<ProjectPath>();
  for (const name of selected) {
    const command = session.graph.stages.get(name)?.command;
    if (command?.kind !== 'module') continue;
    for (const path of session.bundler.sources(command.module)) folders.add(dirname(path));
  }
  return [...folders].map((name) => ({ kind: 'names', name }));
}

/** Tells whether a stage of the project makes a path, or a folder that it lies in. */
export function createIsMade({ stages }: Pick<Project, 'stages'>): (path: ProjectPath) => boolean {
  const made = new Set(
    stages.flatMap(({ outs, checkpoints }) => [...outs, ...checkpoints].map(({ path }) => path)),
  );
  return (path) => {
    for (let at = path; at !== '.' && at !== '/' && at !== ''; at = dirname(at))
      if (made.has(at)) return true;
    return false;
  };
}

function nameIn(root: string, path: string): string {
  const name = relative(root, path);
  return isAbsolute(name) || name === '' || name.startsWith(`..${sep}`) ? path : name;
}

/** Where an item lies. */
export function absoluteOf(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
