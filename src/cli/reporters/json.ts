import type { RunEvent, Summary } from '../../runner/index.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { Reporter } from './reporter.ts';

/** One JSON object a line on stdout, the summary last; the stages' own output goes to stderr. */
export function createJsonReporter(terminal: Terminal): Reporter {
  const print = (value: unknown): void => printLine(terminal.stdout, JSON.stringify(value));
  return {
    onEvent: (event) => {
      if (event.type === 'run-end') print(summaryOf(event.summary));
      else if (event.type === 'stage-output') printLine(terminal.stderr, event.line);
      else print(plainOf(event));
    },
    close: () => {},
  };
}

function plainOf(event: Exclude<RunEvent, { type: 'run-end' | 'stage-output' }>): Record<string, unknown> {
  const { type, ...rest } = event;
  if (event.type !== 'stage-end' || event.error === undefined) return { event: type, ...rest };
  return { event: type, ...rest, error: errorOf(event.error) };
}

function summaryOf(summary: Summary): Record<string, unknown> {
  return {
    event: 'summary',
    ok: summary.ok,
    ...(summary.dry ? { dry: true } : {}),
    stages: Object.fromEntries([...summary.stages].map(([name, { outcome }]) => [name, outcome])),
    seconds: summary.seconds,
    ...(summary.error === undefined ? {} : { error: errorOf(summary.error) }),
  };
}

function errorOf(error: NonNullable<Summary['error']>): Record<string, unknown> {
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}
