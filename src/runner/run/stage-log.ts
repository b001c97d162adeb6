import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { explainWriteError, openInFolder } from '../../kit/index.ts';
import { DEFAULT_LOCK_FILE } from '../load/lock-name.ts';
import type { ProjectPath, StageName } from '../model.ts';
import { fileNameOf, STATE_FOLDER } from './state-paths.ts';

/** The log of one run of a stage: all that its command writes, in the order in which it came. */
export interface StageLog {
  readonly path: ProjectPath;
  write(lines: readonly string[]): void;
  close(): void;
}

/** A run of one pipeline; a folder may have several, told apart by their locks. */
export interface LoggedRun {
  readonly runId: string;
  readonly lockFile: ProjectPath;
}

/** Where a stage's log of one attempt (from 1) in one run is. */
export function logPath({ runId, lockFile }: LoggedRun, stage: StageName, attempt = 1): ProjectPath {
  // No stage's file name has a plus.
  const pipeline = lockFile === DEFAULT_LOCK_FILE ? '' : `+${fileNameOf(lockFile)}`;
  const suffix = attempt === 1 ? '' : `.attempt-${attempt}`;
  return `${STATE_FOLDER}/logs/${runId}/${fileNameOf(stage)}${pipeline}${suffix}.log`;
}

/** Opens the log of an attempt. Throws NO_SPACE or STORE_UNWRITABLE. */
export function openLog(root: string, path: ProjectPath): StageLog {
  const file = join(root, path);
  let fd: number;
  try {
    fd = openInFolder(file, 'a');
  } catch (error) {
    throw explainWriteError(error, file);
  }
  return {
    path,
    write: (lines) => {
      try {
        writeSync(fd, `${lines.join('\n')}\n`);
      } catch {
        // A full disk must not end a training; the lines were shown as events all the same.
      }
    },
    close: () => closeSync(fd),
  };
}
