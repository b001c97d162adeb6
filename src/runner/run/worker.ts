import type { OnEvent } from './events.ts';
import type { LoggedRun } from './stage-log.ts';

/** What everything that acts on stages in one run shares. */
export interface Worker extends LoggedRun {
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
  readonly killSignal?: AbortSignal | undefined;
}
