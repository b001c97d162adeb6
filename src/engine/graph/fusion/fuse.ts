import type { Engine } from '../../load.ts';
import type { LayersModel } from '../../native.ts';
import { compileModel } from '../compile.ts';
import type { Graph, RunGraph, RunStep } from '../step.ts';
import { findBottleneck } from './find-bottleneck.ts';
import { findNorm } from './find-norm.ts';
import { type Fusion, soleReaders } from './fusion.ts';

/** The steps that train a model on this engine. Throws INTERNAL for a layer that Ferment's models do not use. */
export function compileForTraining(engine: Engine, model: LayersModel): RunGraph {
  const graph = compileModel(model);
  return engine.fused === undefined ? graph : fuseForTraining(graph);
}

/**
 * The same graph for training with Ferment's own kernels: inverted bottlenecks up to their projection, and each other
 * trained batch norm with its ReLU, become one step each. The weights and what is computed are the same.
 */
export function fuseForTraining(graph: Graph): RunGraph {
  const next = soleReaders(graph);
  const covered = new Set<number>();
  const fusions = new Map<number, Fusion>();
  for (const find of [findBottleneck, findNorm]) {
    for (const [index, step] of graph.steps.entries()) {
      const fusion = find({ index, step }, next);
      if (fusion === undefined || fusion.members.some((member) => covered.has(member))) continue;
      for (const member of fusion.members) covered.add(member);
      fusions.set(fusion.members.at(-1) ?? index, fusion);
    }
  }
  return rebuild(graph, covered, fusions);
}

function rebuild(graph: Graph, covered: ReadonlySet<number>, fusions: ReadonlyMap<number, Fusion>): RunGraph {
  const steps: RunStep[] = [];
  const places = new Map<number, number>();
  const place = (old: number): number => places.get(old) ?? 0;
  for (const [index, step] of graph.steps.entries()) {
    const fusion = fusions.get(index);
    if (fusion !== undefined) {
      places.set(index, steps.push(fusion.build(fusion.inputs.map(place))) - 1);
    } else if (!covered.has(index)) {
      places.set(index, steps.push({ ...step, inputs: step.inputs.map(place) }) - 1);
    }
  }
  return { steps, output: place(graph.output), weights: steps.flatMap(({ weights }) => weights) };
}
