import type { Stage, StageName } from '../model.ts';
import { Tangles } from './tangles.ts';

type Upstream = ReadonlyMap<StageName, readonly StageName[]>;

/**
 * Every stage after what it needs; among those that could come next, the first in the file. Throws BAD_GRAPH with
 * each cycle when there are any; of those that share a stage, one.
 */
export function orderOf(stages: ReadonlyMap<StageName, Stage>, upstream: Upstream): StageName[] {
  const done = new Set<StageName>();
  const tangles = new Tangles();
  for (const start of stages.keys()) {
    for (
      let cycle = visit(start, upstream, done);
      cycle !== undefined;
      cycle = visit(start, upstream, done)
    ) {
      addCycle(tangles, stages, cycle);
      for (const name of cycle) done.add(name);
    }
  }
  tangles.throwIfAny();
  return [...done];
}

/**
 * Adds a stage to `done`, after all that it needs; depth first with a stack of its own, for chains that are longer
 * than the call stack. Returns the cycle, from reader to writer, when it runs into one.
 */
function visit(start: StageName, upstream: Upstream, done: Set<StageName>): StageName[] | undefined {
  const path = [start];
  /** How many sources of each stage on the path were looked at. */
  const looked = new Map([[start, 0]]);
  for (let name = path.at(-1); name !== undefined; name = path.at(-1)) {
    const index = looked.get(name) ?? 0;
    const source = done.has(name) ? undefined : upstream.get(name)?.[index];
    looked.set(name, index + 1);
    if (source === undefined) {
      done.add(name);
      looked.delete(name);
      path.pop();
    } else if (looked.has(source)) {
      return path.slice(path.indexOf(source));
    } else if (!done.has(source)) {
      path.push(source);
      looked.set(source, 0);
    }
  }
  return undefined;
}

/** `path` goes from reader to writer; the message from writer to reader, as data flow. */
function addCycle(tangles: Tangles, stages: ReadonlyMap<StageName, Stage>, path: readonly StageName[]): void {
  const flow = [...path].reverse();
  const [first = ''] = flow;
  const stage = stages.get(first);
  const message =
    flow.length === 1
      ? `Stage '${first}' reads what it writes: ${first} → ${first}.`
      : `The stages need each other in a circle: ${[...flow, first].join(' → ')}.`;
  if (stage !== undefined) tangles.add(stage, message, stages.get(flow[1] ?? first));
}
