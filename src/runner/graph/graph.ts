import type { NamedPath, Out, ProjectPath, Stage, StageName } from '../model.ts';
import { checkClaims } from './check-claims.ts';
import { createGlobMatcher } from './glob.ts';
import { orderOf } from './order.ts';
import { type Claim, createOutIndex, type OutIndex } from './out-index.ts';
import { type ReadPath, readPathsOf } from './read-paths.ts';
import { AS_WRITTEN, createRealPaths, type RealPaths } from './real-paths.ts';
import { Tangles } from './tangles.ts';

/** The stages and who reads what whom writes. */
export interface Graph {
  readonly stages: ReadonlyMap<StageName, Stage>;
  /** Every stage after those it needs; otherwise as the file has them. */
  readonly order: readonly StageName[];
  /** [from, to]: `to` reads what `from` writes. In the order of `to`, then of `from`. */
  readonly edges: readonly (readonly [StageName, StageName])[];
  /** The stages whose outs a stage reads, in order; not those further up. */
  upstream(name: StageName): readonly StageName[];
  /** The stages that read a stage's outs, in order; not those further down. */
  downstream(name: StageName): readonly StageName[];
  /** The stages that write what a stage reads through one path of its own. */
  writers(stage: Stage, read: ReadPath): readonly StageName[];
  /** The stage and the out that a path is, or lies in. */
  producer(path: ProjectPath): { readonly stage: Stage; readonly out: Out } | undefined;
  /** The declared outs that a glob stands for, sorted by path; see `globMatches`. */
  matches(pattern: string): readonly Out[];
  /** The declared outs that may be folders with files inside that a glob matches, sorted by path. */
  folders(pattern: string): readonly Out[];
  /** The graph of all other stages. */
  without(names: ReadonlySet<StageName>): Graph;
}

/**
 * Connects outs with deps; paths are compared by where they really are. Throws BAD_GRAPH with every path that two
 * stages write, or with every cycle, with the places of the stages in their files.
 */
export function buildGraph(stages: readonly Stage[], realPaths: RealPaths = AS_WRITTEN): Graph {
  const tangles = new Tangles();
  const byName = new Map<StageName, Stage>();
  for (const stage of stages) {
    const twin = byName.get(stage.name);
    if (twin !== undefined) tangles.add(stage, `Two stages are called '${stage.name}'.`, twin);
    else byName.set(stage.name, stage);
  }
  const claims = stages.flatMap((stage) => claimsOf(stage, realPaths));
  checkClaims(claims, tangles);
  tangles.throwIfAny();

  const index = createOutIndex(claims.filter(({ out }) => out !== undefined));
  const globs = createGlobMatcher(index, realPaths);
  const upstream = new Map<StageName, readonly StageName[]>();
  const rank = new Map([...byName.keys()].map((name, i) => [name, i]));
  const writers = (stage: Stage, read: ReadPath): readonly StageName[] =>
    claimsRead(stage, read, { index, globs, realPaths }).map((claim) => claim.stage.name);
  const byRank = (a: StageName, b: StageName): number => (rank.get(a) ?? 0) - (rank.get(b) ?? 0);
  for (const stage of byName.values()) {
    const sources = new Set<StageName>();
    for (const read of readPathsOf(stage)) for (const name of writers(stage, read)) sources.add(name);
    upstream.set(stage.name, [...sources].sort(byRank));
  }
  const order = orderOf(byName, upstream);
  const downstream = invert(order, upstream);
  return {
    stages: byName,
    order,
    edges: [...byName.keys()].flatMap((to) => (upstream.get(to) ?? []).map((from) => [from, to] as const)),
    upstream: (name) => upstream.get(name) ?? [],
    downstream: (name) => downstream.get(name) ?? [],
    writers,
    producer: (path) => {
      const claim = index.holder(realPaths.written(path));
      return claim?.out === undefined ? undefined : { stage: claim.stage, out: claim.out };
    },
    matches: (pattern) => globs.exact(pattern).flatMap(({ out }) => out ?? []),
    folders: (pattern) => globs.into(pattern).flatMap(({ out }) => out ?? []),
    without: (names) =>
      buildGraph(
        [...byName.values()].filter(({ name }) => !names.has(name)),
        realPaths,
      ),
  };
}

/** The graph of a project, with the links that its folders have now. Throws BAD_GRAPH. */
export function graphOf({
  root,
  stages,
}: {
  readonly root: string;
  readonly stages: readonly Stage[];
}): Graph {
  return buildGraph(stages, createRealPaths(root));
}

/**
 * The declared outs that a glob dep stands for, sorted by path. A glob that matches declared outs of stages stands for
 * just these, whatever else lies beside them; when this is empty, the glob is expanded on disk when the stage is
 * fingerprinted.
 */
export function globMatches(dep: { readonly path: string }, graph: Graph): readonly Out[] {
  return graph.matches(dep.path);
}

function claimsOf(stage: Stage, { written }: RealPaths): Claim[] {
  return [
    ...stage.outs.map(
      (out): Claim => ({ stage, path: out.path, real: written(out.path), out, kind: out.kind }),
    ),
    ...stage.checkpoints.map(
      ({ path }: NamedPath): Claim => ({
        stage,
        path,
        real: written(path),
        out: undefined,
        kind: 'checkpoint',
      }),
    ),
  ];
}

interface Finders {
  readonly index: OutIndex;
  readonly globs: ReturnType<typeof createGlobMatcher>;
  readonly realPaths: RealPaths;
}

/** The declared outs that a stage reads through one path. */
function claimsRead(
  stage: Stage,
  { path, glob }: ReadPath,
  { index, globs, realPaths }: Finders,
): readonly Claim[] {
  if (!glob) {
    // A link may be what one stage writes, and lead to what another does.
    const places = new Set([realPaths.written(path), realPaths.read(path)]);
    return [...places].flatMap((place) => [index.holder(place) ?? [], index.under(place)].flat());
  }
  const exact = globs.exact(path);
  // A pattern may well reach into the stage's own outs (reports/**): only what it surely reads is a cycle.
  return exact.length > 0 ? exact : globs.into(path).filter((claim) => claim.stage !== stage);
}

function invert(
  order: readonly StageName[],
  upstream: ReadonlyMap<StageName, readonly StageName[]>,
): ReadonlyMap<StageName, readonly StageName[]> {
  const downstream = new Map<StageName, StageName[]>(order.map((name) => [name, []]));
  for (const to of order) for (const from of upstream.get(to) ?? []) downstream.get(from)?.push(to);
  return downstream;
}
