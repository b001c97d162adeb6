import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { compareBytes, type Digest, type ErrorCode, prettyJson, writeFileAtomic } from '../../kit/index.ts';
import type { Change, Outcome, ProjectPath, StageName } from '../model.ts';
import { removeTree } from './aside.ts';

/** One stage in the record of a run. */
export interface StageRecord {
  readonly outcome: Outcome;
  readonly seconds: number;
  /** Of the inputs; unknown for a frozen stage and one that was not looked at. */
  readonly fingerprint?: Digest;
  readonly reasons?: readonly Change[];
  readonly peakBytes?: number;
  /** Facts that the stage's program reported: seconds, device. */
  readonly records?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  readonly log?: ProjectPath;
  /** The attempts before the last one, all of which failed. */
  readonly failedAttempts?: readonly FailedAttempt[];
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** An attempt that was followed by another one. */
export interface FailedAttempt {
  readonly seconds: number;
  readonly log: ProjectPath;
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

/** What is worth knowing of one `repro`, and belongs in no lock: when, where, how long, how much memory. */
export interface RunRecord {
  readonly runId: string;
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly ok: boolean;
  readonly host: string;
  readonly node: string;
  readonly stages: Readonly<Record<StageName, StageRecord>>;
}

const KEPT_RUNS = 100;

/**
 * A name for a run: its time, so that names sort as runs do, the milliseconds in hexadecimal, and something that no other
 * run has. Where the clock was set back, it is the time of the latest run that is on record and one second: the newest
 * must not be taken for the oldest.
 */
export function createRunId(state: string, now: Date, unique: string): string {
  const latest = [...namesIn(join(state, 'runs-log')), ...namesIn(join(state, 'logs'))]
    .sort(compareBytes)
    .at(-1);
  const time = latest === undefined ? undefined : timeIn(latest);
  const isBehind = time !== undefined && time.getTime() > now.getTime();
  const shown = isBehind ? new Date(time.getTime() + 1000) : now;
  const milliseconds = shown.getUTCMilliseconds().toString(16).padStart(3, '0');
  return `${shown.toISOString().replace(/[-:]|\.\d+/g, '')}-${milliseconds}${unique}`;
}

function timeIn(runId: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{3})/.exec(runId);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const milliseconds = Number.parseInt(match[7] ?? '', 16);
  const time = new Date(0);
  time.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day);
  // Names of earlier versions have something random there.
  time.setUTCHours(hour ?? 0, minute, second, milliseconds < 1000 ? milliseconds : 0);
  return time;
}

/** Writes the record of a run, and forgets records and logs of all but the last hundred. */
export function writeRunRecord(
  state: string,
  run: Pick<RunRecord, 'runId' | 'started' | 'seconds' | 'ok'>,
  stages: ReadonlyMap<StageName, StageRecord>,
): void {
  const record: RunRecord = {
    ...run,
    host: hostname(),
    node: process.version,
    stages: Object.fromEntries(stages),
  };
  writeFileAtomic(join(state, 'runs-log', `${run.runId}.json`), prettyJson(record), { durable: false });
  prune(join(state, 'runs-log'));
  prune(join(state, 'logs'));
}

/** The records that are there, newest first; damaged ones are passed over. */
export function* readRunRecords(state: string): Generator<RunRecord> {
  for (const name of namesIn(join(state, 'runs-log')).reverse()) {
    if (!name.endsWith('.json')) continue;
    try {
      const value: unknown = JSON.parse(readFileSync(join(state, 'runs-log', name), 'utf8'));
      if (isRunRecord(value)) yield value;
    } catch {
      // A record says nothing that a result depends on.
    }
  }
}

/** How long each stage took when it last ran, in seconds. */
export function lastDurations(state: string, stages: Iterable<StageName>): ReadonlyMap<StageName, number> {
  const wanted = new Set(stages);
  const found = new Map<StageName, number>();
  for (const record of readRunRecords(state)) {
    for (const [stage, { outcome, seconds }] of Object.entries(record.stages)) {
      if (outcome === 'ran' && wanted.delete(stage)) found.set(stage, seconds);
    }
    if (wanted.size === 0) break;
  }
  return found;
}

function prune(folder: string): void {
  const names = namesIn(folder);
  for (const name of names.slice(0, Math.max(0, names.length - KEPT_RUNS))) removeTree(join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort(compareBytes);
  } catch {
    return [];
  }
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { runId, stages } = value as Record<string, unknown>;
  if (typeof runId !== 'string' || typeof stages !== 'object' || stages === null) return false;
  return Object.values(stages).every(isStageRecord);
}

function isStageRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, seconds } = value as Record<string, unknown>;
  return typeof outcome === 'string' && typeof seconds === 'number';
}
