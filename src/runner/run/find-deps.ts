import picomatch from 'picomatch';
import { compareBytes, type FermentError } from '../../kit/index.ts';
import { type Graph, globMatches } from '../graph/index.ts';
import type { Measured } from '../hash/measured.ts';
import type { Dep, ProjectPath, Stage } from '../model.ts';
import { findFiles } from './find-files.ts';
import { emptyGlob, missingDep } from './missing-dep.ts';
import type { Session } from './session.ts';

/** A declared dep and the paths that it stands for now: one, or what the glob found, sorted. */
export interface FoundDep {
  readonly dep: Dep;
  readonly paths: readonly ProjectPath[];
}

/**
 * What a stage's deps stand for. A glob that matches declared outs stands for these, else for the files on disk.
 * A glob that finds nothing gives an empty list. Throws as `findFiles` does.
 */
export async function expandDeps(session: Session, stage: Stage): Promise<readonly FoundDep[]> {
  const found: FoundDep[] = [];
  for (const dep of stage.deps) found.push(await expandDep(session, stage, dep));
  return found;
}

/** What one dep of a stage stands for. */
export async function expandDep(session: Session, stage: Stage, dep: Dep): Promise<FoundDep> {
  return { dep, paths: dep.glob ? await expandGlob(session, stage, dep) : [dep.path] };
}

/** Tells whether a path is a dep of a stage as it is declared now, whether or not it is there. */
export function createIsDep(graph: Graph, stage: Stage): (path: ProjectPath) => boolean {
  return (path) =>
    stage.deps.some((dep) => {
      if (!dep.glob) return path === dep.path;
      const outs = globMatches(dep, graph);
      return outs.length > 0 ? outs.some((out) => out.path === path) : picomatch.isMatch(path, dep.path);
    });
}

/**
 * The contents of all paths, sorted by path. Throws MISSING_DEP for the first that is not there, unless `missing`
 * collects them.
 */
export async function measureDeps(
  session: Session,
  stage: Stage,
  deps: readonly FoundDep[],
  missing?: ProjectPath[],
): Promise<ReadonlyMap<ProjectPath, Measured>> {
  const measured = new Map<ProjectPath, Measured>();
  const complain = (path: ProjectPath, error: () => FermentError): void => {
    if (missing === undefined) throw error();
    missing.push(path);
  };
  for (const { dep, paths } of deps) {
    if (paths.length === 0 && !dep.optional) complain(dep.path, () => emptyGlob(stage, dep));
    for (const path of paths) {
      const content = await measureDep(session, path);
      if (content === undefined) complain(path, () => missingDep(session, stage, path));
      else measured.set(path, content);
    }
  }
  return new Map([...measured].sort(([a], [b]) => compareBytes(a, b)));
}

function measureDep({ hasher, assumed }: Session, path: ProjectPath): Promise<Measured | undefined> {
  return assumed === undefined ? hasher.measure(path) : assumed.measure(hasher, path);
}

async function expandGlob(session: Session, stage: Stage, dep: Dep): Promise<readonly ProjectPath[]> {
  const outs = globMatches(dep, session.graph);
  if (outs.length > 0) return outs.map(({ path }) => path);
  const found = await findFiles(session.root, dep.path, [
    '**/.git/**',
    '**/.ferment/**',
    '**/node_modules/**',
    ...[stage, ...session.leftOut].flatMap(({ outs }) => outs.flatMap(({ path }) => notInto(path))),
  ]);
  return session.assumed === undefined ? found : session.assumed.expand(dep.path, found);
}

/** A stage does not read its own outs, nor what a stage wrote that is left out now, whatever its glob says. */
function notInto(path: ProjectPath): string[] {
  const literal = path.replace(/[\\*?[\]{}()!+@]/g, '\\$&');
  return [literal, `${literal}/**`];
}
