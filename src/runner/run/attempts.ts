import { errnoOf, type FermentError } from '../../kit/index.ts';
import type { Stage, StageName } from '../model.ts';
import type { FailedAttempt } from './run-record.ts';
import { type LoggedRun, logPath } from './stage-log.ts';

/** Longest wait before another attempt, whatever the backoff: a day. */
const LONGEST_DELAY_MS = 86_400_000;

/** The attempts of the stages of one run. */
export class Attempts {
  readonly #run: LoggedRun;
  readonly #failed = new Map<StageName, FailedAttempt[]>();
  readonly #started = new Map<StageName, number>();

  constructor(run: LoggedRun) {
    this.#run = run;
  }

  /** Which attempt of a stage it is now, from 1. */
  current(stage: StageName): number {
    return this.failed(stage).length + 1;
  }

  /** Those that were followed by another one. */
  failed(stage: StageName): readonly FailedAttempt[] {
    return this.#failed.get(stage) ?? [];
  }

  /** When the first attempt of a stage whose current one began at `started` began. */
  begun(stage: StageName, started: number): number {
    return this.#started.get(stage) ?? started;
  }

  /**
   * Notes that the current attempt failed, and returns how long to wait before the next one, in milliseconds;
   * undefined when there is none: the stage's retries are used up, or trying again cannot help.
   */
  afterFailure(
    { name, retries }: Stage,
    { code, message, cause }: FermentError,
    { started, seconds }: { readonly started: number; readonly seconds: number },
  ): number | undefined {
    const attempt = this.current(name);
    // A command that is too long for the system will be so again.
    const isOfCommand = (code === 'STAGE_FAILED' && errnoOf(cause) !== 'E2BIG') || code === 'MISSING_OUT';
    if (!isOfCommand || attempt > retries.times) return undefined;
    const failure = { seconds, log: logPath(this.#run, name, attempt), error: { code, message } };
    this.#failed.set(name, [...this.failed(name), failure]);
    this.#started.set(name, this.begun(name, started));
    return Math.min(LONGEST_DELAY_MS, retries.delayMs * retries.backoff ** (attempt - 1));
  }
}
