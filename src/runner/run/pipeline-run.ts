import { setTimeout as pause } from 'node:timers/promises';
import { FermentError, messageOf } from '../../kit/index.ts';
import { type Waits, waitsOf } from '../graph/index.ts';
import type { Stage, StageName } from '../model.ts';
import { type Acted, act, type Task } from './act.ts';
import { Attempts } from './attempts.ts';
import { criticalPaths } from './critical-path.ts';
import { type Decided, type DecideOptions, decide } from './decide.ts';
import type { StageResult } from './events.ts';
import { cachedOuts, GitIgnore, warningOfTracked } from './git-ignore.ts';
import { ReadyStages } from './ready-stages.ts';
import { failureOf, isGood, RunOutcomes } from './run-outcomes.ts';
import { lastDurations } from './run-record.ts';
import { forgetFiles, type Session } from './session.ts';
import type { Grant, Slots } from './slots.ts';
import type { StageNotes } from './stage-command.ts';
import type { Worker } from './worker.ts';

export interface RunOptions extends DecideOptions {
  readonly keepGoing: boolean;
}

/** A stage that must run and waits for slots. */
interface Waiting {
  readonly stage: Stage;
  readonly decided: Decided;
  /** How many stages had changed files when this was decided. */
  readonly generation: number;
}

/**
 * One run over selected stages: decides about each when its upstream is done, runs those that must, as many at once
 * as there are slots, the one with the longest way to the end first.
 */
export class PipelineRun {
  readonly outcomes: RunOutcomes;
  readonly #session: Session;
  readonly #worker: Worker;
  readonly #slots: Slots;
  readonly #options: RunOptions;
  readonly #waits: Waits;
  readonly #ready: ReadyStages;
  readonly #gitIgnore: GitIgnore;
  readonly #selected: ReadonlySet<StageName>;
  #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Stages whose next attempt is still to come. */
  readonly #delayed = new Set<Promise<void>>();
  readonly #attempts: Attempts;
  readonly #giveUp = new AbortController();
  /** Stages whose entries are on their way into the lock. */
  readonly #locking: Promise<void>[] = [];
  #generation = 0;
  #paths: ReadonlyMap<StageName, number> | undefined;

  constructor(
    session: Session,
    worker: Worker,
    selected: readonly StageName[],
    slots: Slots,
    options: RunOptions,
  ) {
    this.#session = session;
    this.#worker = worker;
    this.#slots = slots;
    this.#options = options;
    this.#waits = waitsOf(session.graph);
    this.#ready = new ReadyStages(this.#waits, selected);
    this.#gitIgnore = new GitIgnore(session.root, session.project.stages.flatMap(cachedOuts));
    this.#selected = new Set(selected);
    this.#attempts = new Attempts(worker.runId);
    this.outcomes = new RunOutcomes(worker, this.#attempts);
  }

  async run(): Promise<void> {
    const { signal } = this.#worker;
    const giveUp = (): void => this.#giveUp.abort();
    signal?.addEventListener('abort', giveUp, { once: true });
    await this.#all();
    this.#session.lockWriter.hurry();
    await Promise.all(this.#locking);
    this.#ignore((ignore) => {
      ignore.finish();
      const text = warningOfTracked(ignore.tracked());
      if (text !== undefined) this.#worker.emit({ type: 'run-warning', text });
    });
    signal?.removeEventListener('abort', giveUp);
    this.#settleTheRest();
  }

  async #all(): Promise<void> {
    for (;;) {
      const next = this.#isStopped() ? undefined : this.#takeReady();
      if (next !== undefined) await this.#visit(next);
      else {
        if (this.#isStopped()) this.#giveUp.abort();
        this.#startWaiting();
        if (this.#running.size + this.#delayed.size === 0) break;
        await Promise.race([...this.#running, ...this.#delayed]);
      }
    }
  }

  #isStopped(): boolean {
    return (
      this.#worker.signal?.aborted === true ||
      (this.outcomes.firstError !== undefined && !this.#options.keepGoing)
    );
  }

  /** The next stage, in order, whose upstream succeeded. */
  #takeReady(): Stage | undefined {
    const name = this.#ready.take();
    return name === undefined ? undefined : this.#session.graph.stages.get(name);
  }

  #upstream(name: StageName): readonly StageName[] {
    return this.#waits.upstream(name).filter((up) => this.#selected.has(up));
  }

  async #visit(stage: Stage): Promise<void> {
    const started = performance.now();
    const generation = this.#generation;
    await this.#finish(stage, started, async () => {
      const decided = await decide(this.#session, stage, this.#options);
      this.outcomes.decided(stage.name, decided);
      const acted = await act(this.#worker, this.#task(stage), decided, undefined);
      if (acted.outcome === 'needs-slots') this.#waiting.push({ stage, decided: acted.decided, generation });
      return acted;
    });
  }

  #startWaiting(): void {
    if (this.#isStopped()) return;
    if (this.#waiting.length > 1 && this.#slots.cpus > 1) {
      const paths = this.#criticalPaths();
      this.#waiting.sort((a, b) => (paths.get(b.stage.name) ?? 0) - (paths.get(a.stage.name) ?? 0));
    }
    this.#waiting = this.#waiting.filter((waiting) => {
      const grant = this.#slots.take(waiting.stage.resources);
      if (grant === undefined) return true;
      const running: Promise<void> = this.#run(waiting, grant).finally(() => {
        this.#slots.give(grant);
        this.#running.delete(running);
      });
      this.#running.add(running);
      return false;
    });
  }

  async #run(waiting: Waiting, grant: Grant): Promise<void> {
    const { stage, decided, generation } = waiting;
    const work = async (): Promise<Acted> => {
      let current = decided;
      // While it waited, other commands ran, and people may have edited.
      if (generation !== this.#generation) {
        forgetFiles(this.#session);
        current = await decide(this.#session, stage, this.#options);
      }
      return act(this.#worker, this.#task(stage), current, grant);
    };
    const started = performance.now();
    await this.#finish(stage, started, work, (error) => this.#tryAgain(waiting, { error, started }));
  }

  /** False when a failure is final. Else the stage waits for its next attempt, without slots. */
  #tryAgain(
    waiting: Waiting,
    { error, started }: { readonly error: FermentError; readonly started: number },
  ): boolean {
    const { stage } = waiting;
    if (this.#isStopped()) return false;
    const attempt = this.#attempts.current(stage.name);
    const seconds = secondsSince(started);
    const delayMs = this.#attempts.afterFailure(stage, error, { started, seconds });
    if (delayMs === undefined) return false;
    const told = { attempt, attempts: stage.retries.times + 1, seconds, delaySeconds: delayMs / 1000 };
    this.#worker.emit({ type: 'stage-retry', stage: stage.name, ...told, error });
    const delayed: Promise<void> = pause(delayMs, undefined, { signal: this.#giveUp.signal })
      // What it was decided on is old by then.
      .then(() => void this.#waiting.push({ ...waiting, generation: -1 }))
      .catch(() => this.#fail(stage, started, this.#worker.signal?.aborted === true ? stopped(stage) : error))
      .finally(() => this.#delayed.delete(delayed));
    this.#delayed.add(delayed);
    return true;
  }

  #task(stage: Stage): Task {
    return {
      session: this.#session,
      stage,
      options: this.#options,
      attempt: this.#attempts.current(stage.name),
      onDecided: (decided) => this.outcomes.decided(stage.name, decided),
    };
  }

  /** Does the work and records its end, unless `recover` takes a failure; errors of one stage are that stage's result. */
  async #finish(
    stage: Stage,
    started: number,
    work: () => Promise<Acted>,
    recover: (failure: FermentError) => boolean = () => false,
  ): Promise<void> {
    try {
      const acted = await work();
      if (acted.outcome === 'needs-slots') return;
      if (acted.outcome === 'ran' || acted.outcome === 'restored') {
        this.#generation++;
        this.#ignore((ignore) => ignore.add(cachedOuts(stage)));
        // The next stages need not wait for the lock; that it cannot be written is this stage's failure all the same.
        this.#locking.push(
          acted.locked.catch((error) => this.#fail(stage, started, failureOf(stage, error))),
        );
      }
      this.#end(stage.name, { outcome: acted.outcome, seconds: this.#seconds(stage, started) }, acted.notes);
    } catch (error) {
      this.#generation++;
      const failure = failureOf(stage, error);
      if (!recover(failure)) this.#fail(stage, started, failure);
    }
  }

  #fail(stage: Stage, started: number, failure: FermentError): void {
    this.outcomes.fail(stage.name, this.#seconds(stage, started), failure);
  }

  /** Since the first attempt of a stage began. */
  #seconds(stage: Stage, started: number): number {
    return secondsSince(this.#attempts.begun(stage.name, started));
  }

  #ignore(work: (ignore: GitIgnore) => void): void {
    try {
      work(this.#gitIgnore);
    } catch (error) {
      this.#worker.emit({
        type: 'run-warning',
        text: `.gitignore was not brought up to date: ${messageOf(error)}`,
      });
    }
  }

  #end(name: StageName, result: StageResult, notes?: StageNotes): void {
    this.outcomes.end(name, result, notes);
    if (isGood(result)) this.#ready.succeeded(name);
  }

  /** Stages that were not begun: blocked by a failure upstream, or given up. */
  #settleTheRest(): void {
    const blockedBy = new Map<StageName, StageName>();
    for (const name of this.#session.graph.order) {
      if (!this.#selected.has(name) || this.outcomes.results.has(name)) continue;
      const cause = this.#upstream(name)
        .map((up) => (this.outcomes.results.get(up)?.outcome === 'failed' ? up : blockedBy.get(up)))
        .find((up) => up !== undefined);
      if (cause !== undefined) blockedBy.set(name, cause);
      this.#end(
        name,
        cause === undefined
          ? { outcome: 'cancelled', seconds: 0 }
          : { outcome: 'blocked', seconds: 0, blockedBy: cause },
      );
    }
  }

  #criticalPaths(): ReadonlyMap<StageName, number> {
    const { graph, state } = this.#session;
    this.#paths ??= criticalPaths(graph, lastDurations(state, this.#selected));
    return this.#paths;
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function stopped(stage: Stage): FermentError {
  return new FermentError('INTERRUPTED', `Stage '${stage.name}' was stopped before its next attempt.`);
}
