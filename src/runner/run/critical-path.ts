import type { Graph } from '../graph/index.ts';
import type { StageName } from '../model.ts';

/** What a stage is taken to need that never ran here, in seconds. */
const UNKNOWN_SECONDS = 1;

/** For each stage, the time from its start to the end of everything that waits for it. */
export function criticalPaths(
  graph: Graph,
  seconds: ReadonlyMap<StageName, number>,
): ReadonlyMap<StageName, number> {
  const paths = new Map<StageName, number>();
  for (const name of [...graph.order].reverse()) {
    const after = Math.max(0, ...graph.downstream(name).map((down) => paths.get(down) ?? 0));
    paths.set(name, (seconds.get(name) ?? UNKNOWN_SECONDS) + after);
  }
  return paths;
}
