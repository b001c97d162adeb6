import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { explainWriteError, FermentError, formatDuration, makeFolder, prettyJson } from '../../kit/index.ts';
import type { Stage } from '../model.ts';
import { type CommandEnd, MESSAGE_FD, runCommand } from './command.ts';
import type { Gathered } from './gather-inputs.ts';
import { killProcessesWith } from './leftovers.ts';
import { createRedactor } from './lines.ts';
import { parseStageMessage } from './protocol.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { relativeTo, stageFileFor } from './stage-file.ts';
import { logPath, openLog, type StageLog } from './stage-log.ts';
import type { Worker } from './worker.ts';

/** What a stage said about its run beside its output. */
export interface StageNotes {
  readonly warnings: string[];
  readonly records: Record<string, unknown>;
  peakBytes: number | undefined;
}

/** A program to start, and how people see it. */
interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly shown: string;
}

/**
 * Runs a stage's command: the bundle with Node, or its lines one after the other with `/bin/sh -e`. Throws
 * STAGE_FAILED with the way in which it ended, INTERRUPTED after an abort.
 */
export async function runStageCommand(
  worker: Worker,
  {
    session,
    stage,
    gathered,
    grant,
    attempt,
    stageFile,
    onLeader,
  }: {
    readonly session: Session;
    readonly stage: Stage;
    readonly gathered: Gathered;
    readonly grant: Grant;
    /** From 1. */
    readonly attempt: number;
    /** Absolute; where the stage file is to be written. */
    readonly stageFile: string;
    readonly onLeader: (pid: number) => void;
  },
): Promise<StageNotes> {
  const cwd = join(session.root, stage.wdir);
  const written = [...stage.outs, ...stage.checkpoints].map(({ path }) => dirname(join(session.root, path)));
  for (const folder of new Set([cwd, ...written])) makeFolder(folder);
  writeNew(session, stageFile, prettyJson(stageFileFor(session, stage, { deps: gathered.deps, grant })));
  const env = environmentFor(session, stage, { gathered, grant, attempt, stageFile });
  const programs = await programsOf(session, stage, gathered);
  const log = openLog(session.root, logPath(worker.runId, stage.name, attempt));
  const notes: StageNotes = { warnings: [], records: {}, peakBytes: undefined };
  const warn = (text: string): void => {
    notes.warnings.push(text);
    worker.emit({ type: 'stage-warning', stage: stage.name, text });
  };
  try {
    const shown = programs.map((program) => program.shown).join('\n');
    worker.emit({
      type: 'stage-start',
      stage: stage.name,
      command: shown,
      log: log.path,
      attempt,
      cpus: grant.cpus,
      gpus: grant.gpus.length,
    });
    let timeoutMs = stage.timeoutMs;
    for (const { file, args } of programs) {
      const end = await runCommand(file, args, {
        cwd,
        env,
        signal: worker.signal,
        killSignal: worker.killSignal,
        timeoutMs,
        onStart: onLeader,
        onOutput: createOutput(worker, stage, log, env),
        onMessage: (line) => takeMessage(worker, stage, { line, notes, warn }),
        onWarning: warn,
      });
      notes.peakBytes = larger(notes.peakBytes, end.peakBytes);
      // A program that was ended may have children in groups of their own, which nobody asked.
      if (end.isTimedOut || worker.signal?.aborted === true) killProcessesWith(stageFile);
      throwUnlessGood(worker, stage, end);
      if (timeoutMs !== undefined) timeoutMs = Math.max(1, timeoutMs - end.ranMs);
    }
    return notes;
  } finally {
    log.close();
  }
}

/** The path is one that nobody had before. */
function writeNew({ spares }: Session, path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    renameSync(spares.write(text), path);
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

async function programsOf(session: Session, stage: Stage, { bundle }: Gathered): Promise<readonly Program[]> {
  if (bundle === undefined) {
    const lines = stage.command.kind === 'shell' ? stage.command.lines : [];
    return lines.map((line) => ({ file: '/bin/sh', args: ['-e', '-c', line], shown: line }));
  }
  const file = await session.bundler.runnable(bundle);
  return [{ file: process.execPath, args: ['--enable-source-maps', file], shown: `node ${bundle.module}` }];
}

function environmentFor(
  session: Session,
  stage: Stage,
  {
    gathered,
    grant,
    attempt,
    stageFile,
  }: {
    readonly gathered: Gathered;
    readonly grant: Grant;
    readonly attempt: number;
    readonly stageFile: string;
  },
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  for (const { name, path } of stage.outs)
    if (name !== undefined) env[`FERMENT_OUT_${upperCase(name)}`] = relativeTo(stage, path);
  for (const { dep, paths } of gathered.deps)
    if (dep.name !== undefined)
      setIfItFits(
        env,
        `FERMENT_DEP_${upperCase(dep.name)}`,
        paths.map((path) => relativeTo(stage, path)).join('\n'),
      );
  if (grant.gpus.length > 0) env['CUDA_VISIBLE_DEVICES'] = grant.gpus.join(',');
  return {
    ...env,
    FERMENT_STAGE: stage.name,
    FERMENT_ROOT: session.root,
    DVC_STAGE: stage.name,
    DVC_ROOT: session.root,
    FERMENT_STAGE_FILE: stageFile,
    FERMENT_MESSAGE_FD: String(MESSAGE_FD),
    FERMENT_ATTEMPT: String(attempt),
    FERMENT_CPUS: String(grant.cpus),
    FERMENT_GPUS: String(grant.gpus.length),
  };
}

/** Linux refuses to start a program with a variable of more than 128 kB; the list is in the stage file all the same. */
const MAX_VARIABLE_BYTES = 100_000;

function setIfItFits(env: Record<string, string>, name: string, value: string): void {
  if (Buffer.byteLength(value) <= MAX_VARIABLE_BYTES) env[name] = value;
}

/** `train-set` as a part of a variable's name: `TRAIN_SET`. */
function upperCase(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function createOutput(worker: Worker, stage: Stage, log: StageLog, env: NodeJS.ProcessEnv) {
  const redact = createRedactor(env);
  return (stream: 'stdout' | 'stderr', lines: readonly string[]): void => {
    const clean = lines.map(redact);
    log.write(clean);
    for (const line of clean) worker.emit({ type: 'stage-output', stage: stage.name, stream, line });
  };
}

function takeMessage(
  worker: Worker,
  stage: Stage,
  {
    line,
    notes,
    warn,
  }: { readonly line: string; readonly notes: StageNotes; readonly warn: (text: string) => void },
): void {
  const message = parseStageMessage(line);
  if (message === undefined) return;
  if (message.type === 'warning') warn(message.text);
  else if (message.type === 'progress')
    worker.emit({ type: 'stage-progress', stage: stage.name, progress: message.progress });
  else
    Object.defineProperty(notes.records, message.key, {
      value: message.value,
      enumerable: true,
      configurable: true,
    });
}

function throwUnlessGood(worker: Worker, stage: Stage, end: CommandEnd): void {
  if (worker.signal?.aborted === true)
    throw new FermentError('INTERRUPTED', `Stage '${stage.name}' was stopped.`, {
      hint: 'Run the same command again to go on.',
    });
  const how = failureOf(stage, end);
  if (how === undefined) return;
  throw new FermentError('STAGE_FAILED', `Stage '${stage.name}' failed: ${how}.`, {
    hint: `What it wrote: ferment logs ${stage.name}`,
  });
}

function failureOf({ timeoutMs }: Stage, end: CommandEnd): string | undefined {
  if (end.startError !== undefined) return `its command cannot be started: ${end.startError}`;
  if (end.isTimedOut) return `its command was ended after its timeout of ${formatDuration(timeoutMs ?? 0)}`;
  if (end.signal !== undefined) return `its command was ended by ${end.signal}`;
  return end.exitCode === 0 ? undefined : `its command exited with ${end.exitCode}`;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
