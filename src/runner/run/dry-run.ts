import { isFermentError } from '../../kit/index.ts';
import { waitsOf } from '../graph/index.ts';
import type { Change, Content, Outcome, Stage, StageName } from '../model.ts';
import { compareInputs, nameInputs } from '../plan/index.ts';
import { reasonsOf } from './act.ts';
import { AssumedOuts } from './assumed-outs.ts';
import { type Decided, type DecideOptions, decide } from './decide.ts';
import type { StageResult } from './events.ts';
import { findFilesAbove, writtenBy } from './files-above.ts';
import { createIsDep } from './find-deps.ts';
import { gatherInputs } from './gather-inputs.ts';
import type { Session } from './session.ts';
import { splitReads } from './split-reads.ts';
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
  const assumed = new AssumedOuts();
  session.assumed = assumed;
  for (const name of selected) {
    const stage = session.graph.stages.get(name);
    if (stage === undefined) continue;
    const result = await predict(session, worker, { stage, options, results, assumed });
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
    assumed,
  }: {
    readonly stage: Stage;
    readonly options: DecideOptions;
    readonly results: ReadonlyMap<StageName, StageResult>;
    readonly assumed: AssumedOuts;
  },
): Promise<StageResult> {
  const upstream = waitsOf(session.graph).upstream(stage.name);
  const outcomeOf = (name: StageName): Outcome | undefined => results.get(name)?.outcome;
  const failed = upstream.find((name) => outcomeOf(name) === 'failed' || outcomeOf(name) === 'blocked');
  if (failed !== undefined)
    return { outcome: 'blocked', seconds: 0, blockedBy: results.get(failed)?.blockedBy ?? failed };
  const running = new Set(
    upstream.filter(
      (name) =>
        outcomeOf(name) === 'ran' || (outcomeOf(name) === 'restored' && readsFirst(session, stage, name)),
    ),
  );
  try {
    if (running.size > 0) {
      const reasons = await expectedReasons(session, stage, running);
      worker.emit({ type: 'stage-decided', stage: stage.name, decision: 'run', reasons });
      await findFilesAbove(session, stage.name, writtenBy(stage));
      return { outcome: 'ran', seconds: 0 };
    }
    const decided = await decide(session, stage, options);
    worker.emit({
      type: 'stage-decided',
      stage: stage.name,
      decision: decided.kind,
      reasons: reasonsOf(decided),
    });
    if (decided.kind === 'run' || decided.kind === 'restore')
      await findFilesAbove(session, stage.name, writtenBy(stage));
    for (const content of restoredOuts(decided)) assumed.add(session.store, content);
    return { outcome: OUTCOMES[decided.kind], seconds: 0 };
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return { outcome: 'failed', seconds: 0, error };
  }
}

/** The values in a parameter file that would be restored, and such a program, are not known before it is. */
function readsFirst({ graph }: Session, { params, command }: Stage, maker: StageName): boolean {
  const files = params.map(({ file }) => file);
  if (command.kind === 'module') files.push(command.module);
  return files.some((file) => graph.producer(file)?.stage.name === maker);
}

function restoredOuts(decided: Decided): readonly Content[] {
  return decided.kind === 'restore' ? decided.outs : [];
}

/**
 * Why a stage would run whose upstream would: its own changes, and what it reads of the stages that would run, whose
 * new content nobody knows. Throws what `gatherInputs` throws, MISSING_DEP only for what no running stage makes.
 */
async function expectedReasons(
  session: Session,
  stage: Stage,
  running: ReadonlySet<StageName>,
): Promise<readonly Change[]> {
  const { command } = stage;
  const maker = command.kind === 'module' ? session.graph.producer(command.module)?.stage.name : undefined;
  if (command.kind === 'module' && maker !== undefined && running.has(maker))
    return [{ kind: 'code', name: command.module, change: 'modified' }];
  const entry = session.entries.get(stage.name);
  const { made, rest, isOfMade } = splitReads(session.graph, stage, running);
  const gathered = await gatherInputs(session, { ...stage, ...rest });
  const inputs = { ...gathered.inputs, names: nameInputs(stage) };
  const own = compareInputs(entry, inputs, createIsDep(session.graph, stage)).filter(
    (change) => !isOfMade(change),
  );
  return [...own, ...made.map((name): Change => ({ kind: 'dep', name, change: 'modified' }))];
}
