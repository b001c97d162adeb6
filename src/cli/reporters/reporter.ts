import type { RunEvent } from '../../runner/index.ts';

/** Shows a run while it goes. `close` is called once, also after a failure, and leaves the terminal as it was. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  close(): void;
}
