import { setTimeout as pause } from 'node:timers/promises';
import { FermentError } from '../../kit/index.ts';
import { waitsOf } from '../graph/index.ts';
import type { Stage, StageName } from '../model.ts';
import { type Acted, act, type Task } from './act.ts';
import { Attempts } from './attempts.ts';
import type { DecideOptions } from './decide.ts';
import type { StageResult } from './events.ts';
import { LeftOutOuts } from './hide-left-out.ts';
import { IgnoredOuts } from './ignored-outs.ts';
import { stagesNotBegun } from './not-begun.ts';
import { ReadyStages } from './ready-stages.ts';
import { failureOf, isGood, RunOutcomes } from './run-outcomes.ts';
import { forgetFiles, type Session } from './session.ts';
import type { Grant, Slots } from './slots.ts';
import type { StageNotes } from './stage-notes.ts';
import { StageQueue, type Waiting } from './stage-queue.ts';
import { decideInPeace, decideUndisturbed, heldMaker, waitForMakers } from './wait-for-makers.ts';
import type { Worker } from './worker.ts';

export interface RunOptions extends DecideOptions {
  readonly keepGoing: boolean;
}

/**
 * One run over selected stages: decides about each when its upstream is done, runs those that must, as many at once
 * as there are slots, the one with the longest way to the end first.
 */
export class PipelineRun {
  readonly outcomes: RunOutcomes;
  readonly #session: Session;
  readonly #worker: Worker;
  readonly #options: RunOptions;
  readonly #ready: ReadyStages;
  readonly #ignored: IgnoredOuts;
  readonly #leftOut: LeftOutOuts;
  readonly #selected: ReadonlySet<StageName>;
  readonly #queue: StageQueue;
  /** Stages whose next attempt is still to come, and those that wait for another command. */
  readonly #delayed = new Set<Promise<void>>();
  readonly #attempts: Attempts;
  readonly #giveUp = new AbortController();
  /** Stages whose entries are on their way into the lock. */
  readonly #locking: Promise<void>[] = [];
  #generation = 0;

  constructor(
    session: Session,
    worker: Worker,
    selected: readonly StageName[],
    slots: Slots,
    options: RunOptions,
  ) {
    this.#session = session;
    this.#worker = worker;
    this.#options = options;
    this.#ready = new ReadyStages(waitsOf(session.graph), selected);
    this.#ignored = new IgnoredOuts(session, worker);
    this.#leftOut = new LeftOutOuts(session, worker);
    this.#selected = new Set(selected);
    this.#queue = new StageQueue(session, slots, this.#selected);
    this.#attempts = new Attempts(worker);
    this.outcomes = new RunOutcomes(worker, this.#attempts);
  }

  async run(): Promise<void> {
    const { signal } = this.#worker;
    const giveUp = (): void => this.#giveUp.abort();
    signal?.addEventListener('abort', giveUp, { once: true });
    await this.#all();
    this.#session.lockWriter.hurry();
    await Promise.all(this.#locking);
    this.#ignored.finish();
    signal?.removeEventListener('abort', giveUp);
    for (const [name, result] of stagesNotBegun(this.#session, this.#selected, this.outcomes.results))
      this.#end(name, result);
  }

  async #all(): Promise<void> {
    for (;;) {
      const next = this.#isStopped() ? undefined : this.#takeReady();
      if (next !== undefined) await this.#visit(next);
      else {
        if (this.#isStopped()) this.#giveUp.abort();
        else this.#queue.start((waiting, grant) => this.#run(waiting, grant));
        if (this.#queue.running.size + this.#delayed.size === 0) break;
        await Promise.race([...this.#queue.running, ...this.#delayed]);
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

  async #visit(stage: Stage): Promise<void> {
    if (heldMaker(this.#session, stage) !== undefined) return this.#visitLater(stage);
    const started = performance.now();
    const generation = this.#generation;
    await this.#finish(stage, started, async () => {
      const decided = await decideInPeace(this.#session, this.#worker, stage, this.#options);
      this.outcomes.decided(stage.name, decided);
      const acted = await act(this.#worker, this.#task(stage), decided, undefined);
      if (acted.outcome === 'needs-slots') this.#queue.push({ stage, decided: acted.decided, generation });
      return acted;
    });
  }

  /** Another command is at what the stage reads: it waits for that without holding up others. */
  #visitLater(stage: Stage): void {
    const started = performance.now();
    const worker = { ...this.#worker, signal: this.#giveUp.signal };
    const later: Promise<void> = waitForMakers(this.#session, worker, stage)
      .then(() => (this.#isStopped() ? undefined : this.#visit(stage)))
      .catch((error) => this.#fail(stage, started, failureOf(stage, error)))
      .finally(() => this.#delayed.delete(later));
    this.#delayed.add(later);
  }

  async #run(waiting: Waiting, grant: Grant): Promise<void> {
    const { stage, decided, generation } = waiting;
    const work = async (): Promise<Acted> => {
      let current = decided;
      // While it waited, other commands ran, and people may have edited.
      if (generation !== this.#generation) {
        forgetFiles(this.#session);
        current = await decideUndisturbed(this.#session, this.#worker, stage, this.#options);
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
      .then(() => void this.#queue.push({ ...waiting, generation: -1 }))
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
      leftOut: this.#leftOut,
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
        this.#ignored.add(stage);
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

  #end(name: StageName, result: StageResult, notes?: StageNotes): void {
    this.outcomes.end(name, result, notes);
    if (isGood(result)) this.#ready.succeeded(name);
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function stopped(stage: Stage): FermentError {
  return new FermentError('INTERRUPTED', `Stage '${stage.name}' was stopped before its next attempt.`);
}
