import { explainSystemError, FermentError, isFermentError, messageOf } from '../../kit/index.ts';
import type { Stage, StageName } from '../model.ts';
import { reasonsOf } from './act.ts';
import type { Attempts } from './attempts.ts';
import type { Decided } from './decide.ts';
import type { StageResult } from './events.ts';
import type { StageRecord } from './run-record.ts';
import { logPath } from './stage-log.ts';
import type { StageNotes } from './stage-notes.ts';
import type { Worker } from './worker.ts';

/** What became of the stages of one run: told as events, and kept for its summary and its record. */
export class RunOutcomes {
  readonly results = new Map<StageName, StageResult>();
  readonly records = new Map<StageName, StageRecord>();
  firstError: FermentError | undefined;
  readonly #worker: Worker;
  readonly #attempts: Attempts;

  constructor(worker: Worker, attempts: Attempts) {
    this.#worker = worker;
    this.#attempts = attempts;
  }

  /** What will be done with a stage, and why. */
  decided(stage: StageName, decided: Decided): void {
    const reasons = reasonsOf(decided);
    this.#worker.emit({ type: 'stage-decided', stage, decision: decided.kind, reasons });
    this.records.set(stage, {
      outcome: 'cancelled',
      seconds: 0,
      ...(decided.kind === 'frozen' ? {} : { fingerprint: decided.gathered.fingerprint }),
      ...(reasons.length > 0 ? { reasons } : {}),
    });
  }

  /** A stage that was stopped did not fail. */
  fail(stage: StageName, seconds: number, failure: FermentError): void {
    if (failure.code === 'INTERRUPTED') {
      this.end(stage, { outcome: 'cancelled', seconds });
      return;
    }
    this.firstError ??= failure;
    this.end(stage, { outcome: 'failed', seconds, error: failure });
  }

  end(stage: StageName, result: StageResult, notes?: StageNotes): void {
    const failedAttempts = this.#attempts.failed(stage);
    const attempt = this.#attempts.current(stage);
    const whole: StageResult = attempt === 1 ? result : { ...result, attempts: attempt };
    this.results.set(stage, whole);
    const { outcome, seconds, error } = result;
    this.records.set(stage, {
      ...this.records.get(stage),
      outcome,
      seconds,
      ...(notes === undefined ? {} : { records: notes.records, warnings: notes.warnings }),
      ...(notes?.peakBytes === undefined ? {} : { peakBytes: notes.peakBytes }),
      ...(outcome === 'ran' || outcome === 'failed' ? { log: logPath(this.#worker, stage, attempt) } : {}),
      ...(failedAttempts.length === 0 ? {} : { failedAttempts }),
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    });
    this.#worker.emit({ type: 'stage-end', stage, ...whole });
  }
}

/** True when what depends on the stage may go on. */
export function isGood(result: StageResult): boolean {
  return ['ran', 'restored', 'unchanged', 'frozen'].includes(result.outcome);
}

/** What went wrong with a stage, as an error that can be told. */
export function failureOf(stage: Stage, thrown: unknown): FermentError {
  const cause = explainSystemError(thrown);
  if (isFermentError(cause)) return cause;
  return new FermentError('INTERNAL', `Ferment failed at stage '${stage.name}': ${messageOf(cause)}`, {
    cause,
  });
}
