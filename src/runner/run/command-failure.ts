import { errnoOf, FermentError, formatBytes, formatDuration } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import type { Stage } from '../model.ts';
import type { CommandEnd } from './command.ts';
import { hintCommand } from './hint-command.ts';
import type { Worker } from './worker.ts';

/**
 * Throws STAGE_FAILED with the way in which a command ended, INTERRUPTED after an abort. `project` is whose log is kept.
 */
export function throwUnlessGood(worker: Worker, stage: Stage, end: CommandEnd, project: Project): void {
  if (worker.signal?.aborted === true)
    throw new FermentError('INTERRUPTED', `Stage '${stage.name}' was stopped.`, {
      hint: 'Run the same command again to go on.',
    });
  const how = failureOf(stage, end);
  if (how === undefined) return;
  if (errnoOf(end.startError) === 'E2BIG') throw tooLong(stage, end.startError);
  throw new FermentError('STAGE_FAILED', `Stage '${stage.name}' failed: ${how}.`, {
    hint: `What it wrote: ${hintCommand(project, 'logs', stage.name)}${bashHint(stage, end)}`,
  });
}

/** What only bash and its like know: `[[ a ]]`, `<(command)`, `<<< text`, `a=(list)`, `source file`, `$'text'`, `{1..3}`. */
const BASH_ONLY =
  /(^|[\s;&|(])(\[\[\s|source\s|function\s|shopt\s|declare\s|mapfile\s|pushd\s)|[<>]\(|<<<|\w=\(|\$'|&>/m;

/** DVC takes the shell of whoever runs it, so commands that were written for it may need bash. */
function bashHint({ command }: Stage, { exitCode }: CommandEnd): string {
  // As sh ends where it does not understand a text, or a command.
  const isRefused = exitCode === 2 || exitCode === 127;
  if (!isRefused || command.kind !== 'shell' || !command.lines.some((line) => BASH_ONLY.test(line)))
    return '';
  return '\nCommands are for /bin/sh. What needs bash goes into a script: bash script.sh';
}

/** Linux takes 128 kB for one argument (the text of a command is one), and a few MB for all with the environment. */
const MAX_ARGUMENT_BYTES = 131_072;

function tooLong({ name, command }: Stage, cause: unknown): FermentError {
  const lines = command.kind === 'shell' ? command.lines : [];
  const size = Math.max(0, ...lines.map((line) => Buffer.byteLength(line)));
  const isCommand = size >= MAX_ARGUMENT_BYTES;
  const what = isCommand ? `its command of ${formatBytes(size)}` : 'its command with its environment';
  return new FermentError(
    'STAGE_FAILED',
    `Stage '${name}' failed: ${what} is longer than the system takes (E2BIG).`,
    {
      hint: isCommand
        ? 'Put the text into a script that is a dep of the stage, and run that: cmd: sh script.sh'
        : 'Unset large environment variables; a dep without a name sets none.',
      cause,
    },
  );
}

function failureOf({ timeoutMs }: Stage, end: CommandEnd): string | undefined {
  if (end.startError !== undefined) return `its command cannot be started: ${end.startError.message}`;
  if (end.isTimedOut) return `its command was ended after its timeout of ${formatDuration(timeoutMs ?? 0)}`;
  if (end.signal !== undefined) return `its command was ended by ${end.signal}`;
  return end.exitCode === 0 ? undefined : `its command exited with ${end.exitCode}`;
}
