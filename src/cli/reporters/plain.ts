import { escapeControl, formatDuration } from '../../kit/index.ts';
import type { RunEvent } from '../../runner/index.ts';
import { createPainter, printLine, type Style, type Terminal } from '../terminal.ts';
import { describeEnd, describeProgress, describeReasons } from './describe.ts';
import type { Reporter } from './reporter.ts';

/** Between two lines about the same stage's progress, where nobody watches a live view. */
const PROGRESS_INTERVAL_MS = 15_000;

/** The line that an event is worth, or undefined; the live view scrolls the same lines past. */
export function createLineWriter(terminal: Terminal): (event: RunEvent) => string | undefined {
  const paint = createPainter(terminal.stdout, terminal.env);
  let width = 0;
  let dry = false;
  const named = (style: Style, stage: string, text: string): string =>
    `${paint(style, stage.padEnd(width))}  ${text}`;
  return (event) => {
    switch (event.type) {
      case 'run-start':
        width = Math.min(36, Math.max(0, ...event.stages.map((name) => name.length)));
        dry = event.dry;
        return undefined;
      case 'run-warning':
        return `${paint('yellow', 'warning:')} ${event.text}`;
      case 'stage-decided': {
        const text = decisionText(event, dry);
        return text === undefined ? undefined : named('cyan', event.stage, text);
      }
      case 'stage-waiting':
        return named('yellow', event.stage, event.text);
      case 'stage-output':
        return `${paint('dim', `${event.stage} |`)} ${escapeControl(event.line)}`;
      case 'stage-warning':
        return named('yellow', event.stage, `warning: ${escapeControl(event.text)}`);
      case 'stage-end':
        return dry ? undefined : endLine(event, named);
      default:
        return undefined;
    }
  };
}

function decisionText(event: Extract<RunEvent, { type: 'stage-decided' }>, dry: boolean): string | undefined {
  const reasons = describeReasons(event.reasons);
  if (event.decision === 'run') return `${dry ? 'would run' : 'runs'}: ${reasons}`;
  return dry && event.decision === 'restore' ? `would be restored: ${reasons}` : undefined;
}

function endLine(
  event: Extract<RunEvent, { type: 'stage-end' }>,
  named: (style: Style, stage: string, text: string) => string,
): string | undefined {
  const time = formatDuration(event.seconds * 1000);
  switch (event.outcome) {
    case 'ran':
      return named('green', event.stage, `ran in ${time}`);
    case 'restored':
      return named('green', event.stage, `restored in ${time}`);
    case 'failed':
      return named('red', event.stage, `failed after ${time}`);
    case 'blocked':
      return named('red', event.stage, `blocked by ${event.blockedBy ?? 'a failure'}`);
    case 'cancelled':
      return named('yellow', event.stage, 'cancelled');
    case 'frozen':
      return named('dim', event.stage, 'frozen');
    case 'unchanged':
      return undefined;
  }
}

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
        printLine(terminal.stdout, `${event.stage} | ${describeProgress(event.progress)}`);
      }
      if (event.type === 'run-end') {
        printLine(terminal.stdout, describeEnd(event.summary));
      }
    },
    close: () => {},
  };
}

function isDue(last: Map<string, number>, stage: string): boolean {
  const now = Date.now();
  if (now - (last.get(stage) ?? 0) < PROGRESS_INTERVAL_MS) return false;
  last.set(stage, now);
  return true;
}
