import type { Stage, StageName } from '../model.ts';
import { Tangles } from './tangles.ts';

type Upstream = ReadonlyMap<StageName, readonly StageName[]>;

/**
 * Every stage after what it needs; among those that could come next, the first in the file. Throws BAD_GRAPH with
 * the whole cycle when there is one.
 */
export function orderOf(stages: ReadonlyMap<StageName, Stage>, upstream: Upstream): StageName[] {
  const done = new Set<StageName>();
  const order: StageName[] = [];
  for (const start of stages.keys()) {
    // Depth first with a stack of our own: a chain of ten thousand stages is no recursion.
    const path: { readonly name: StageName; next: number }[] = [{ name: start, next: 0 }];
    const onPath = new Set<StageName>([start]);
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (top === undefined) break;
      const source = done.has(top.name) ? undefined : upstream.get(top.name)?.[top.next++];
      if (source === undefined) {
        path.pop();
        onPath.delete(top.name);
        if (!done.has(top.name)) order.push(top.name);
        done.add(top.name);
      } else if (onPath.has(source)) {
        throwCycle(stages, path.map(({ name }) => name).slice(path.findIndex(({ name }) => name === source)));
      } else if (!done.has(source)) {
        path.push({ name: source, next: 0 });
        onPath.add(source);
      }
    }
  }
  return order;
}

/** `path` goes from reader to writer; the message from writer to reader, as data flow. */
function throwCycle(stages: ReadonlyMap<StageName, Stage>, path: readonly StageName[]): never {
  const flow = [...path].reverse();
  const [first = ''] = flow;
  const tangles = new Tangles();
  const stage = stages.get(first);
  const message =
    flow.length === 1
      ? `Stage '${first}' reads what it writes: ${first} → ${first}.`
      : `The stages need each other in a circle: ${[...flow, first].join(' → ')}.`;
  if (stage !== undefined) tangles.add(stage, message, stages.get(flow[1] ?? first));
  tangles.throwIfAny();
  throw new Error('unreachable: a cycle is made of known stages');
}
