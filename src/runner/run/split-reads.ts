import picomatch from 'picomatch';
import { compareBytes } from '../../kit/index.ts';
import { type Graph, globMatches } from '../graph/index.ts';
import type { Change, Dep, ProjectPath, Stage, StageName } from '../model.ts';

/** What a stage reads, split by who makes it. */
export interface SplitReads {
  /** What it reads of the makers: deps, outs that globs stand for, parameter files; sorted, each once. */
  readonly made: readonly ProjectPath[];
  /** The deps and params that none of them makes. */
  readonly rest: Pick<Stage, 'deps' | 'params'>;
  /** Whether a change of the stage's inputs is one of what it reads of the makers. */
  isOfMade(change: Change): boolean;
}

interface SplitDep {
  readonly made: readonly ProjectPath[];
  readonly rest: readonly Dep[];
  readonly covers: (path: ProjectPath) => boolean;
}

/** Splits the deps and params of a stage into what the stages `makers` make, and the rest. */
export function splitReads(graph: Graph, stage: Stage, makers: ReadonlySet<StageName>): SplitReads {
  const outs = [...makers].flatMap((name) => graph.stages.get(name)?.outs ?? []);
  const isMade = (path: ProjectPath): boolean => outs.some((out) => overlap(out.path, path));
  const deps = stage.deps.map((dep) => splitDep(graph, dep, isMade));
  const params = stage.params.filter(({ file }) => isMade(file)).map(({ file }) => file);
  const made = [...deps.flatMap((dep) => dep.made), ...params];
  return {
    made: [...new Set(made)].sort(compareBytes),
    rest: {
      deps: deps.flatMap((dep) => dep.rest),
      params: stage.params.filter(({ file }) => !params.includes(file)),
    },
    isOfMade: ({ kind, name }) =>
      kind === 'dep'
        ? deps.some((dep) => dep.covers(name))
        : kind === 'param' && params.some((file) => name.startsWith(`${file}:`)),
  };
}

function splitDep(graph: Graph, dep: Dep, isMade: (path: ProjectPath) => boolean): SplitDep {
  if (!dep.glob) return isMade(dep.path) ? wholly(dep.path) : { made: [], rest: [dep], covers: () => false };
  const exact = globMatches(dep, graph).map(({ path }) => path);
  if (exact.length > 0) {
    const made = exact.filter(isMade);
    const rest = exact.filter((path) => !isMade(path)).map((path): Dep => ({ ...dep, path, glob: false }));
    return { made, rest, covers: (path) => made.includes(path) };
  }
  const made = graph.folders(dep.path).flatMap(({ path }) => (isMade(path) ? [path] : []));
  // Which files the pattern will find is not known before the makers ran.
  return made.length === 0
    ? { made, rest: [dep], covers: () => false }
    : { made, rest: [], covers: picomatch(dep.path) };
}

function wholly(path: ProjectPath): SplitDep {
  return { made: [path], rest: [], covers: (name) => name === path };
}

/** True when one path is the other or lies in it. */
function overlap(a: ProjectPath, b: ProjectPath): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
