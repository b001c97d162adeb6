import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, FermentError, plural } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { type LoggedRun, logPath } from '../run/stage-log.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import { unknownStage } from './unknown-stage.ts';

export interface FoundLog {
  readonly path: ProjectPath;
  readonly runId: string;
  /** Which attempt of the stage in that run it is of, from 1. */
  readonly attempt: number;
  readonly text: string;
}

/**
 * The log of a stage's latest run, of its last attempt unless another one is asked for; undefined when none is kept.
 * Throws USAGE for a stage that does not exist, and for an attempt that there was not.
 */
export function logs(project: Project, stage: StageName, wanted?: number): FoundLog | undefined {
  if (!project.stages.some(({ name }) => name === stage))
    throw unknownStage(
      stage,
      project.stages.map(({ name }) => name),
    );
  for (const runId of runsWithLogs(project.root).reverse()) {
    const run = { runId, lockFile: project.lockFile };
    const last = attemptsIn(project.root, run, stage);
    if (last === 0) continue;
    const attempt = wanted ?? last;
    if (attempt < 1 || attempt > last) throw unknownAttempt(stage, attempt, last);
    const path = logPath(run, stage, attempt);
    return { path, runId, attempt, text: readFileSync(join(project.root, path), 'utf8') };
  }
  return undefined;
}

/** How many attempts of a stage in a run have a log; 0 when this run did not run it. */
function attemptsIn(root: string, run: LoggedRun, stage: StageName): number {
  let last = 0;
  while (existsSync(join(root, logPath(run, stage, last + 1)))) last++;
  return last;
}

function unknownAttempt(stage: StageName, attempt: number, last: number): FermentError {
  const hint = last === 1 ? 'Leave --attempt out.' : `Give a number from 1 to ${last}.`;
  return new FermentError(
    'USAGE',
    `The latest run of '${stage}' had ${plural(last, 'attempt')}. Received: --attempt ${attempt}`,
    { hint },
  );
}

function runsWithLogs(root: string): string[] {
  try {
    return readdirSync(join(root, STATE_FOLDER, 'logs')).sort(compareBytes);
  } catch {
    return [];
  }
}
