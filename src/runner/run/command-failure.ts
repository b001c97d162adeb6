import { FermentError, formatDuration } from '../../kit/index.ts';
import type { Stage } from '../model.ts';
import type { CommandEnd } from './command.ts';
import type { Worker } from './worker.ts';

/** Throws STAGE_FAILED with the way in which a command ended, INTERRUPTED after an abort. */
export function throwUnlessGood(worker: Worker, stage: Stage, end: CommandEnd): void {
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
