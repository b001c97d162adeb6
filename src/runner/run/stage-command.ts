import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { explainWriteError, makeFolder, prettyJson } from '../../kit/index.ts';
import type { Stage } from '../model.ts';
import { runCommand } from './command.ts';
import { throwUnlessGood } from './command-failure.ts';
import { depListsFor, tooLongWarnings } from './dep-lists.ts';
import type { Gathered } from './gather-inputs.ts';
import { killProcessesWith } from './leftovers.ts';
import { createRedactor } from './lines.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';
import { environmentFor } from './stage-environment.ts';
import { stageFileFor } from './stage-file.ts';
import { logPath, openLog, type StageLog } from './stage-log.ts';
import { type StageNotes, takeMessage } from './stage-notes.ts';
import type { Worker } from './worker.ts';

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
  const lists = depListsFor(stage, gathered.deps, stageFile);
  const cwd = join(session.root, stage.wdir);
  const written = [...stage.outs, ...stage.checkpoints].map(({ path }) => dirname(join(session.root, path)));
  for (const folder of new Set([cwd, ...written])) makeFolder(folder);
  writeNew(session, stageFile, prettyJson(stageFileFor(session, stage, { deps: gathered.deps, grant })));
  for (const [path, text] of lists.files) writeNew(session, path, text);
  const env = environmentFor(session, stage, { lists, grant, attempt, stageFile });
  const programs = await programsOf(session, stage, gathered);
  const log = openLog(session.root, logPath(worker, stage.name, attempt));
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
    tooLongWarnings(stage, lists).forEach(warn);
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
      throwUnlessGood(worker, stage, end, session.project);
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
    return lines.map((line) => ({ file: '/bin/sh', args: [...shellFlags(line), '-c', line], shown: line }));
  }
  const file = await session.bundler.runnable(bundle);
  return [{ file: process.execPath, args: ['--enable-source-maps', file], shown: `node ${bundle.module}` }];
}

/** One line ends as its last command does, as people write `a; true`; a script ends with its first failure. */
function shellFlags(line: string): readonly string[] {
  return line.trim().includes('\n') ? ['-e'] : [];
}

function createOutput(worker: Worker, stage: Stage, log: StageLog, env: NodeJS.ProcessEnv) {
  const redact = createRedactor(env);
  return (stream: 'stdout' | 'stderr', lines: readonly string[]): void => {
    const clean = lines.map(redact);
    log.write(clean);
    for (const line of clean) worker.emit({ type: 'stage-output', stage: stage.name, stream, line });
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
