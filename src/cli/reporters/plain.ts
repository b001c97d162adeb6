import { escapeControl, printLine, type Terminal } from '../../kit/index.ts';
import { createLineWriter } from './line-writer.ts';
import { describeProgress } from './progress-text.ts';
import type { Reporter } from './reporter.ts';

/** Between two lines about the same stage's progress, where nobody watches a live view. */
const PROGRESS_INTERVAL_MS = 15_000;

/** Plain lines, for logs and pipes: what runs and why, its output, how long it took, and the sum. */
export function createPlainReporter(terminal: Terminal): Reporter {
  const lineOf = createLineWriter(terminal);
  const lastProgress = new Map<string, number>();
  return {
    onEvent: (event) => {
      const line = lineOf(event);
      if (line !== undefined) printLine(terminal.stdout, line);
      if (event.type === 'stage-start') lastProgress.set(event.stage, Date.now());
      if (event.type === 'stage-progress' && isDue(lastProgress, event.stage)) {
        printLine(terminal.stdout, `${escapeControl(event.stage)} | ${describeProgress(event.progress)}`);
      }
    },
    note: (text) => printLine(terminal.stderr, text),
    close: () => {},
  };
}

function isDue(last: Map<string, number>, stage: string): boolean {
  const now = Date.now();
  if (now - (last.get(stage) ?? 0) < PROGRESS_INTERVAL_MS) return false;
  last.set(stage, now);
  return true;
}
