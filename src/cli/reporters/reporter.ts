import type { RunEvent } from '../../runner/index.ts';

/** Shows a run while it goes. `close` may be called more than once, also after a failure, and leaves the terminal as it was. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Says something about the command itself, without disturbing what is shown. */
  note(text: string): void;
  close(): void;
}
