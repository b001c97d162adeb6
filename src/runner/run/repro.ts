import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FermentError, messageOf } from '../../kit/index.ts';
import { selectTargets } from '../graph/index.ts';
import { type Project, refuseMissingParams } from '../load/index.ts';
import type { StageName } from '../model.ts';
import { dryRun } from './dry-run.ts';
import type { OnEvent, StageResult, Summary } from './events.ts';
import { PipelineRun } from './pipeline-run.ts';
import { createRunId, writeRunRecord } from './run-record.ts';
import { closeSession, openSession, type Session } from './session.ts';
import { Slots } from './slots.ts';
import { STATE_FOLDER } from './state-paths.ts';
import type { Worker } from './worker.ts';

export interface ReproOptions {
  /** Stages, groups or outs; all stages when empty. */
  readonly targets?: readonly string[];
  /** Only the targets, not what they need. */
  readonly singleItem?: boolean;
  readonly pipeline?: boolean;
  readonly downstream?: boolean;
  /** Stages, groups or outs that are as if they were not declared, with what cannot do without them. */
  readonly without?: readonly string[];
  /** Run also what is fresh. */
  readonly force?: boolean;
  /** Say what would be done, and do nothing. */
  readonly dry?: boolean;
  /** After a failure go on with stages that do not depend on it. */
  readonly keepGoing?: boolean;
  /** CPU slots; the number of processors unless given. */
  readonly jobs?: number;
  /** False: never restore what the run cache has. */
  readonly useRunCache?: boolean;
  /** Stops the run: commands are ended, their old outs come back. */
  readonly signal?: AbortSignal;
  /** Ends the commands of a run that is being stopped at once, without grace. */
  readonly killSignal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/**
 * Brings stages up to date: each is left alone, restored, or run. What goes wrong with one stage is in its result and
 * in the summary's `error`; thrown is only what concerns the project as a whole (USAGE, BAD_GRAPH, BAD_LOCK,
 * STORE_UNWRITABLE), and BAD_PIPELINE when a selected stage declares parameters that are not there.
 */
export async function repro(project: Project, options: ReproOptions = {}): Promise<Summary> {
  const started = performance.now();
  const startedAt = new Date();
  const emit = options.onEvent ?? (() => {});
  const worker: Worker = {
    runId: createRunId(join(project.root, STATE_FOLDER), startedAt, randomBytes(3).toString('hex')),
    lockFile: project.lockFile,
    emit,
    signal: options.signal,
    killSignal: options.killSignal,
  };
  const session = openSession(project, (text) => emit({ type: 'run-warning', text }), options);
  const selected = selectTargets(session.graph, options.targets ?? [], options);
  refuseMissingParams(project.missingParams, selected);
  const jobs = Math.max(1, options.jobs ?? availableParallelism());
  const dry = options.dry === true;
  const leftOut = session.leftOut.map(({ name }) => name);
  emit({ type: 'run-start', runId: worker.runId, stages: selected, leftOut, jobs, dry });
  const { results, error } = dry
    ? await foresee(session, worker, selected, options)
    : await perform(session, worker, { selected, jobs, options, startedAt, started });
  closeSession(session);
  const summary: Summary = {
    runId: worker.runId,
    ok: error === undefined,
    dry,
    seconds: (performance.now() - started) / 1000,
    stages: inOrder(selected, results),
    ...(error === undefined ? {} : { error }),
  };
  emit({ type: 'run-end', summary });
  return summary;
}

interface Ended {
  readonly results: ReadonlyMap<StageName, StageResult>;
  readonly error: FermentError | undefined;
}

async function foresee(
  session: Session,
  worker: Worker,
  selected: readonly StageName[],
  options: ReproOptions,
): Promise<Ended> {
  const results = await dryRun(session, worker, selected, decideOptions(options));
  return { results, error: [...results.values()].find((result) => result.error !== undefined)?.error };
}

async function perform(
  session: Session,
  worker: Worker,
  {
    selected,
    jobs,
    options,
    startedAt,
    started,
  }: {
    readonly selected: readonly StageName[];
    readonly jobs: number;
    readonly options: ReproOptions;
    readonly startedAt: Date;
    readonly started: number;
  },
): Promise<Ended> {
  const keepGoing = options.keepGoing === true;
  const run = new PipelineRun(session, worker, selected, new Slots(jobs), {
    ...decideOptions(options),
    keepGoing,
  });
  await run.run();
  const results = [...run.outcomes.results.values()];
  const cut = options.signal?.aborted === true && results.some(({ outcome }) => outcome === 'cancelled');
  const error = cut ? stopped() : run.outcomes.firstError;
  // A run that did nothing leaves no trace.
  if (results.some(({ outcome }) => outcome !== 'unchanged' && outcome !== 'frozen')) {
    const seconds = (performance.now() - started) / 1000;
    const record = {
      runId: worker.runId,
      started: startedAt.toISOString(),
      seconds,
      ok: error === undefined,
    };
    try {
      writeRunRecord(session.state, record, inOrder(selected, run.outcomes.records));
    } catch (failure) {
      // What was done is done, whether or not it is on record.
      worker.emit({
        type: 'run-warning',
        text: `The record of this run was not written: ${messageOf(failure)}`,
      });
    }
  }
  return { results: run.outcomes.results, error };
}

function decideOptions({ force, useRunCache }: ReproOptions) {
  return { force: force === true, useRunCache: useRunCache !== false };
}

function inOrder<T>(names: readonly StageName[], map: ReadonlyMap<StageName, T>): ReadonlyMap<StageName, T> {
  return new Map(
    names.flatMap((name) => {
      const value = map.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function stopped(): FermentError {
  return new FermentError('INTERRUPTED', 'Stopped. What was finished is kept.', {
    hint: 'Run the same command again to go on.',
  });
}
