import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from '../../kit/index.ts';
import { type CommandLimits, stopAtLimits } from './command-limits.ts';
import { readLines } from './lines.ts';
import { watchMemory } from './peak-memory.ts';
import { ProcessGroup } from './process-group.ts';

export interface CommandOptions extends CommandLimits {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told the leader of the group. When it throws, the group is ended and that error is thrown. */
  readonly onStart: (pid: number) => void;
  readonly onOutput: (stream: 'stdout' | 'stderr', lines: readonly string[]) => void;
  /** A line of the message channel, file descriptor 3. */
  readonly onMessage: (line: string) => void;
  readonly onWarning: (text: string) => void;
}

/** How a command ended. */
export interface CommandEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not be started at all. */
  readonly startError: Error | undefined;
  /** True when its timeout ended it. */
  readonly isTimedOut: boolean;
  /** How long it ran. */
  readonly ranMs: number;
  /** Largest resident memory of the command or one of its children, as far as it was seen. */
  readonly peakBytes: number | undefined;
}

/** How long children may keep the output open after the command has ended. */
const LINGER_MS = 2000;

/** Descriptor 3 of the child. */
export const MESSAGE_FD = 3;

/**
 * Runs a program in a process group of its own, without input, and waits until it and its output have ended. What it
 * leaves running in its group is ended with it: nothing may write outs that are being hashed.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandEnd> {
  const child = start(file, args, options);
  if (child instanceof Error) return notStarted(child);
  const started = performance.now();
  const streams = [
    readLines(child.stdout, (lines) => options.onOutput('stdout', lines)),
    readLines(child.stderr, (lines) => options.onOutput('stderr', lines)),
    readLines(readableOf(child.stdio[MESSAGE_FD]), (lines) => lines.forEach(options.onMessage)),
  ];
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
    child.once('error', (error) => resolve({ code: undefined, signal: undefined, startError: error }));
  });
  const { pid } = child;
  const group = pid === undefined ? undefined : new ProcessGroup(pid);
  const memory = pid === undefined ? undefined : watchMemory(pid);
  const limits = group === undefined ? undefined : stopAtLimits(group, options);
  try {
    try {
      if (pid !== undefined) options.onStart(pid);
    } catch (error) {
      // A command that is not on record must not go on.
      group?.kill();
      await exited;
      throw error;
    }
    const { code, signal, startError } = await exited;
    const ranMs = performance.now() - started;
    limits?.exited();
    if (group !== undefined) await endGroup(group, Promise.all(streams), options.onWarning);
    // A process that made a group of its own (a daemon) may still hold the output: it is not waited for.
    for (const stream of [child.stdout, child.stderr, readableOf(child.stdio[MESSAGE_FD])]) stream?.destroy();
    await Promise.all(streams);
    return {
      exitCode: code,
      signal,
      startError,
      isTimedOut: limits?.isTimedOut() ?? false,
      ranMs,
      peakBytes: memory?.(),
    };
  } finally {
    memory?.();
    limits?.end();
  }
}

/** Most of what the system refuses comes as an event; that the command is too long (E2BIG) is thrown. */
function start(file: string, args: readonly string[], { cwd, env }: CommandOptions): ChildProcess | Error {
  try {
    return spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
  } catch (error) {
    if (errnoOf(error) === undefined || !(error instanceof Error)) throw error;
    return error;
  }
}

function notStarted(startError: Error): CommandEnd {
  return {
    exitCode: undefined,
    signal: undefined,
    startError,
    isTimedOut: false,
    ranMs: 0,
    peakBytes: undefined,
  };
}

interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly startError?: Error;
}

function readableOf(stream: unknown): Readable | null {
  return stream !== null && typeof stream === 'object' && 'on' in stream ? (stream as Readable) : null;
}

/** Waits for the output to end; when children hold it open, ends the group they are in. */
async function endGroup(
  group: ProcessGroup,
  output: Promise<unknown>,
  onWarning: CommandOptions['onWarning'],
): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    Promise.race([output.then(() => false), pause(LINGER_MS, true, { ref: false })]);
  if (group.isStopping) {
    await group.stopped();
    await isOpen();
    return;
  }
  const lingering = await isOpen();
  // Also those that closed their output: the group ends with its stage.
  group.kill();
  if (!lingering) return;
  onWarning('The command ended but left processes running; those of its process group were ended.');
  await isOpen();
}
