import type { OnEvent } from './events.ts';

/** What everything that acts on stages in one run shares. */
export interface Worker {
  readonly runId: string;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
  readonly killSignal?: AbortSignal | undefined;
}
