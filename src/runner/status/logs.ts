import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { logPath } from '../run/stage-log.ts';
import { STATE_FOLDER } from '../run/state-paths.ts';
import { unknownStage } from './status.ts';

export interface FoundLog {
  readonly path: ProjectPath;
  readonly runId: string;
  readonly text: string;
}

/** The log of a stage's latest run, or undefined when none is kept. Throws USAGE for a stage that does not exist. */
export function logs(project: Project, stage: StageName): FoundLog | undefined {
  if (!project.stages.some(({ name }) => name === stage))
    throw unknownStage(
      stage,
      project.stages.map(({ name }) => name),
    );
  for (const runId of runsWithLogs(project.root).reverse()) {
    const path = logPath(runId, stage);
    try {
      return { path, runId, text: readFileSync(join(project.root, path), 'utf8') };
    } catch {
      // This run did not run the stage.
    }
  }
  return undefined;
}

function runsWithLogs(root: string): string[] {
  try {
    return readdirSync(join(root, STATE_FOLDER, 'logs')).sort(compareBytes);
  } catch {
    return [];
  }
}
