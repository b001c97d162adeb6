import { waitsOf } from '../graph/index.ts';
import type { StageName } from '../model.ts';
import type { StageResult } from './events.ts';
import type { Session } from './session.ts';

/** Stages that were not begun: blocked by a failure upstream, or given up. */
export function* stagesNotBegun(
  { graph }: Session,
  selected: ReadonlySet<StageName>,
  results: ReadonlyMap<StageName, StageResult>,
): Generator<readonly [StageName, StageResult]> {
  const waits = waitsOf(graph);
  const upstream = (name: StageName): readonly StageName[] =>
    waits.upstream(name).filter((up) => selected.has(up));
  const blockedBy = new Map<StageName, StageName>();
  for (const name of graph.order) {
    if (!selected.has(name) || results.has(name)) continue;
    const cause = upstream(name)
      .map((up) => (results.get(up)?.outcome === 'failed' ? up : blockedBy.get(up)))
      .find((up) => up !== undefined);
    if (cause !== undefined) blockedBy.set(name, cause);
    yield [
      name,
      cause === undefined
        ? { outcome: 'cancelled', seconds: 0 }
        : { outcome: 'blocked', seconds: 0, blockedBy: cause },
    ];
  }
}
