import type { ProcessGroup } from './process-group.ts';

/** What ends a command before its time. */
export interface CommandLimits {
  /** Ends the process group: first asked (SIGTERM), then made (SIGKILL). */
  readonly signal: AbortSignal | undefined;
  /** Ends it without asking. */
  readonly killSignal?: AbortSignal | undefined;
  /** How long after its start the group is ended in the same way. */
  readonly timeoutMs: number | undefined;
}

/** Stops the group after an abort until `end()`, and when its time is over until `exited()`. */
export function stopAtLimits(
  group: ProcessGroup,
  { signal, killSignal, timeoutMs }: CommandLimits,
): { isTimedOut(): boolean; exited(): void; end(): void } {
  let isTimedOut = false;
  const stop = (): void => group.stop();
  const kill = (): void => group.kill();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          isTimedOut = !group.isStopping;
          stop();
        }, timeoutMs);
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  killSignal?.addEventListener('abort', kill, { once: true });
  return {
    isTimedOut: () => isTimedOut,
    exited: () => clearTimeout(timer),
    end: () => {
      clearTimeout(timer);
      group.done();
      signal?.removeEventListener('abort', stop);
      killSignal?.removeEventListener('abort', kill);
    },
  };
}
