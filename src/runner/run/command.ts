import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { LineCutter } from './lines.ts';
import { peakMemoryOf } from './peak-memory.ts';

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the process group: first asked (SIGTERM), then made (SIGKILL). */
  readonly signal: AbortSignal | undefined;
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
  readonly startError: string | undefined;
  /** Largest resident memory of the command or one of its children, as far as it was seen. */
  readonly peakBytes: number | undefined;
}

/** How long a group may take to end by itself after it was asked to. */
const GRACE_MS = 5000;
/** How long children may keep the output open after the command has ended. */
const LINGER_MS = 2000;
const MEMORY_INTERVAL_MS = 500;

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
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    buffer: false,
    detached: true,
    reject: false,
    stripFinalNewline: false,
  });
  const streams = [
    readLines(child.stdout, (lines) => options.onOutput('stdout', lines)),
    readLines(child.stderr, (lines) => options.onOutput('stderr', lines)),
    readLines(readableOf(child.stdio[MESSAGE_FD]), (lines) => lines.forEach(options.onMessage)),
  ];
  const { pid } = child;
  if (pid !== undefined) options.onStart(pid);
  const watch = pid === undefined ? undefined : watchMemory(pid);
  const stop = pid === undefined ? () => {} : stopOnAbort(pid, options.signal);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    await exited;
    if (pid !== undefined) await endGroup(pid, Promise.all(streams), options.onWarning);
    // A process that made a group of its own (a daemon) may still hold the output: it is not waited for.
    for (const stream of [child.stdout, child.stderr, readableOf(child.stdio[MESSAGE_FD])]) stream?.destroy();
    await Promise.all(streams);
    const result = await child;
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      startError: pid === undefined ? (result.originalMessage ?? 'it cannot be started') : undefined,
      peakBytes: watch?.(),
    };
  } finally {
    watch?.();
    stop();
  }
}

function readableOf(stream: unknown): Readable | null {
  return stream !== null && typeof stream === 'object' && 'on' in stream ? (stream as Readable) : null;
}

function readLines(stream: Readable | null, onLines: (lines: readonly string[]) => void): Promise<void> {
  if (stream === null) return Promise.resolve();
  const cutter = new LineCutter();
  const emit = (lines: readonly string[]): void => {
    if (lines.length > 0) onLines(lines);
  };
  return new Promise((resolve) => {
    stream.on('data', (chunk: Uint8Array) => emit(cutter.push(chunk)));
    // Only after destroy(): nobody listens any more.
    stream.on('error', () => {});
    stream.once('close', () => {
      emit(cutter.end());
      resolve();
    });
  });
}

/** Waits for the output to end; when children hold it open, ends the group they are in. */
async function endGroup(
  pid: number,
  output: Promise<unknown>,
  onWarning: CommandOptions['onWarning'],
): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    Promise.race([output.then(() => false), pause(LINGER_MS, true, { ref: false })]);
  const lingering = await isOpen();
  // Also those that closed their output: the group ends with its stage.
  killGroup(pid, 'SIGKILL');
  if (!lingering) return;
  onWarning('The command ended but left processes running; those of its process group were ended.');
  await isOpen();
}

function stopOnAbort(pid: number, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => {};
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(pid, 'SIGTERM');
    timer = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is empty.
  }
}

/** Looks at the memory now and then; the returned function stops it and says the peak. */
function watchMemory(pid: number): () => number | undefined {
  let peak: number | undefined;
  const look = (): void => {
    const now = peakMemoryOf(pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(look, MEMORY_INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return peak;
  };
}
