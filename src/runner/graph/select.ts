import { posix } from 'node:path';
import { didYouMean, FermentError } from '../../kit/index.ts';
import type { StageName } from '../model.ts';
import type { Graph } from './graph.ts';

export interface SelectOptions {
  /** Only the targets themselves. */
  readonly singleItem?: boolean | undefined;
  /** Everything that is connected with a target, upstream and downstream. */
  readonly pipeline?: boolean | undefined;
  /** The targets and everything downstream of them, instead of upstream. */
  readonly downstream?: boolean | undefined;
}

/**
 * The stages that a command is about, in the graph's order: all of them without targets, else the targets and what
 * they need; a frozen stage needs nothing. A target is a stage, a group (`train` or `train@*` is every `train@…`), a pipeline file, or the path of
 * an out. Throws USAGE for a target that is none of these.
 */
export function selectTargets(
  graph: Graph,
  targets: readonly string[],
  options: SelectOptions = {},
): readonly StageName[] {
  const chosen = [options.singleItem, options.pipeline, options.downstream].filter((one) => one === true);
  if (chosen.length > 1) {
    throw new FermentError('USAGE', 'Only one of --single-item, --pipeline and --downstream can be given.');
  }
  if (targets.length === 0 && options.singleItem !== true) return graph.order;
  const named =
    targets.length === 0 ? graph.order : targets.flatMap((target) => resolveTarget(graph, target));
  const selected = new Set(named);
  if (options.singleItem !== true) spread(selected, stepsOf(graph, options));
  return graph.order.filter((name) => selected.has(name));
}

type Step = (name: StageName) => readonly StageName[];

/** Which stage waits for which. */
export type Waits = Pick<Graph, 'upstream' | 'downstream'>;

/** The graph without what leads to frozen stages: they are taken as they are, whatever becomes of what they read. */
export function waitsOf(graph: Graph): Waits {
  const isFrozen = (name: StageName): boolean => graph.stages.get(name)?.frozen === true;
  return {
    upstream: (name) => (isFrozen(name) ? [] : graph.upstream(name)),
    downstream: (name) => graph.downstream(name).filter((next) => !isFrozen(next)),
  };
}

function stepsOf(graph: Graph, { pipeline, downstream }: SelectOptions): Step {
  const { upstream: up, downstream: down } = waitsOf(graph);
  if (pipeline === true) return (name) => [...up(name), ...down(name)];
  return downstream === true ? down : up;
}

function spread(selected: Set<StageName>, step: Step): void {
  // A set's iteration also visits what is added meanwhile.
  for (const name of selected) for (const next of step(name)) selected.add(next);
}

/** The stages that one target names, in the graph's order. Throws USAGE when it names none. */
export function resolveTarget(graph: Graph, target: string): readonly StageName[] {
  if (graph.stages.has(target)) return [target];
  // `sub/dvc.yaml:train` is DVC's way to say `sub:train`.
  const name = target.replace(/^(?:(.*)\/)?(?:pipeline|dvc)\.yaml:/, (_, folder?: string) =>
    folder === undefined ? '' : `${folder}:`,
  );
  if (graph.stages.has(name)) return [name];
  const group = name.replace(/@\*?$/, '');
  const members = graph.order.filter((each) => graph.stages.get(each)?.group === group);
  if (members.length > 0) return members;
  const path = posix.normalize(target);
  const inFile = graph.order.filter((each) => graph.stages.get(each)?.file === path);
  if (inFile.length > 0) return inFile;
  const writer = graph.producer(path.replace(/(.)\/$/, '$1'));
  if (writer !== undefined) return [writer.stage.name];
  const stages = [...graph.stages.values()];
  const known = stages.flatMap((stage) => [stage.name, stage.group, ...stage.outs.map((out) => out.path)]);
  // From a sub-folder it is the project that is asked, where stages are called by their folder.
  const below = stages.find((stage) => [stage.name, stage.group].some((one) => one.endsWith(`:${target}`)));
  const near = below === undefined ? didYouMean(target, known) : `Did you mean '${below.name}'?`;
  throw new FermentError('USAGE', `There is no stage, group or out '${target}'.`, {
    hint: near ?? 'The stages are listed by: ferment list',
  });
}
