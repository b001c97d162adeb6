import type { Stage } from '../model.ts';
import { parseStageMessage } from './protocol.ts';
import type { Worker } from './worker.ts';

/** What a stage said about its run beside its output. */
export interface StageNotes {
  readonly warnings: string[];
  readonly records: Record<string, unknown>;
  peakBytes: number | undefined;
}

/** Takes a line of the message channel; what is no message is passed over. */
export function takeMessage(
  worker: Worker,
  stage: Stage,
  {
    line,
    notes,
    warn,
  }: { readonly line: string; readonly notes: StageNotes; readonly warn: (text: string) => void },
): void {
  const message = parseStageMessage(line);
  if (message === undefined) return;
  if (message.type === 'warning') warn(message.text);
  else if (message.type === 'progress')
    worker.emit({ type: 'stage-progress', stage: stage.name, progress: message.progress });
  else
    Object.defineProperty(notes.records, message.key, {
      value: message.value,
      enumerable: true,
      configurable: true,
    });
}
