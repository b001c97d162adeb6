import { FermentError } from '../../kit/index.ts';
import type { Stage, StageName } from '../model.ts';
import type { Graph } from './graph.ts';
import { readPathsOf } from './read-paths.ts';
import { resolveTarget } from './select.ts';

/** A pipeline of which some stages are as if they were not declared. */
export interface ReducedGraph {
  readonly graph: Graph;
  /** What is left out, in the whole graph's order. */
  readonly leftOut: readonly Stage[];
}

/**
 * Leaves out stages, and with them each stage that cannot do without: it reads by its path what one of them writes, or
 * by a pattern that stands for nothing else and is not optional. A pattern that other stages still answer stands for their outs alone.
 * `unwanted` and `targets` are stages, groups, pipeline files or outs. Throws USAGE for one that is none of these, and
 * for a target of which nothing is left.
 */
export function leaveOut(
  whole: Graph,
  unwanted: readonly string[],
  targets: readonly string[] = [],
): ReducedGraph {
  if (unwanted.length === 0) return { graph: whole, leftOut: [] };
  const gone = new Set(unwanted.flatMap((target) => resolveTarget(whole, target)));
  // In the graph's order a stage comes after all that it reads from.
  for (const name of whole.order) if (lacksInput(whole, name, gone)) gone.add(name);
  for (const target of targets) {
    if (resolveTarget(whole, target).every((name) => gone.has(name))) throw leftOutTarget(target, unwanted);
  }
  return {
    graph: whole.without(gone),
    leftOut: whole.order.flatMap((name) => (gone.has(name) ? (whole.stages.get(name) ?? []) : [])),
  };
}

function lacksInput(graph: Graph, name: StageName, gone: ReadonlySet<StageName>): boolean {
  const stage = graph.stages.get(name);
  // A frozen stage is taken as it is, whatever becomes of what it reads.
  if (stage === undefined || stage.frozen) return false;
  return readPathsOf(stage).some((read) => {
    const writers = graph.writers(stage, read);
    const lost = writers.filter((writer) => gone.has(writer));
    if (lost.length === 0 || read.optional) return false;
    return !read.glob || lost.length === writers.length;
  });
}

function leftOutTarget(target: string, unwanted: readonly string[]): FermentError {
  const options = unwanted.map((each) => `--without ${each}`).join(' ');
  return new FermentError(
    'USAGE',
    `'${target}' is left out by ${options}: it is named there, or reads what is.`,
    {
      hint: `Name another target, or drop the ${unwanted.length === 1 ? 'option' : 'options'}.`,
    },
  );
}
