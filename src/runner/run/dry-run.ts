import { isFermentError } from '../../kit/index.ts';
import type { Change, Content, Outcome, Stage, StageName } from '../model.ts';
import { reasonsOf } from './act.ts';
import { type Decided, type DecideOptions, decide } from './decide.ts';
import type { StageResult } from './events.ts';
import type { Session } from './session.ts';
import type { Worker } from './worker.ts';

const OUTCOMES = { run: 'ran', restore: 'restored', unchanged: 'unchanged', frozen: 'frozen' } as const;

/**
 * Says what a run would do, touching nothing. Behind a stage that would run nothing is known: those stages count as
 * to be run, though they may turn out unchanged when the results are the same again.
 */
export async function dryRun(
  session: Session,
  worker: Worker,
  selected: readonly StageName[],
  options: DecideOptions,
): Promise<ReadonlyMap<StageName, StageResult>> {
  const results = new Map<StageName, StageResult>();
  for (const name of selected) {
    const stage = session.graph.stages.get(name);
    if (stage === undefined) continue;
    const result = await predict(session, worker, { stage, options, results });
    results.set(name, result);
    worker.emit({ type: 'stage-end', stage: name, ...result });
  }
  return results;
}

async function predict(
  session: Session,
  worker: Worker,
  {
    stage,
    options,
    results,
  }: {
    readonly stage: Stage;
    readonly options: DecideOptions;
    readonly results: ReadonlyMap<StageName, StageResult>;
  },
): Promise<StageResult> {
  const upstream = session.graph.upstream(stage.name);
  const outcomeOf = (name: StageName): Outcome | undefined => results.get(name)?.outcome;
  const failed = upstream.find((name) => outcomeOf(name) === 'failed' || outcomeOf(name) === 'blocked');
  if (failed !== undefined)
    return { outcome: 'blocked', seconds: 0, blockedBy: results.get(failed)?.blockedBy ?? failed };
  const running = upstream.filter((name) => outcomeOf(name) === 'ran');
  if (running.length > 0 && !stage.frozen) {
    const reasons = running.flatMap((name) => expected(session, name));
    worker.emit({ type: 'stage-decided', stage: stage.name, decision: 'run', reasons });
    return { outcome: 'ran', seconds: 0 };
  }
  try {
    const decided = await decide(session, stage, options);
    worker.emit({
      type: 'stage-decided',
      stage: stage.name,
      decision: decided.kind,
      reasons: reasonsOf(decided),
    });
    for (const content of restoredOuts(decided)) session.hasher.assume(content);
    return { outcome: OUTCOMES[decided.kind], seconds: 0 };
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return { outcome: 'failed', seconds: 0, error };
  }
}

function restoredOuts(decided: Decided): readonly Content[] {
  return decided.kind === 'restore' ? decided.outs : [];
}

/** The outs of a stage that would run, as changes of those that read them. */
function expected(session: Session, name: StageName): readonly Change[] {
  const outs = session.graph.stages.get(name)?.outs ?? [];
  return outs.map(({ path }): Change => ({ kind: 'dep', name: path, change: 'modified' }));
}
