/** What the first and the second Ctrl-C of a command that runs stages mean. */
export interface Stop {
  /** The first: running stages are asked to end. */
  readonly signal: AbortSignal;
  /** The second: they are ended at once. */
  readonly killSignal: AbortSignal;
  /** From now on signals do again what they do. */
  done(): void;
}

/**
 * The first Ctrl-C, TERM or HUP stops the command in good order, and is told to `onFirst`; the second ends running
 * stages and this process at once, after `onSecond`.
 */
export function stopOnSignals(onFirst: () => void, onSecond: () => void): Stop {
  const stopper = new AbortController();
  const killer = new AbortController();
  const onSignal = (): void => {
    if (stopper.signal.aborted) {
      killer.abort();
      onSecond();
      process.exit(130);
    }
    onFirst();
    stopper.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: stopper.signal,
    killSignal: killer.signal,
    done: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
