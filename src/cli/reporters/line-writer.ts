import {
  createPainter,
  escapeControl,
  formatDuration,
  type Style,
  someOf,
  type Terminal,
  widthOf,
} from '../../kit/index.ts';
import type { RunEvent } from '../../runner/index.ts';
import { describeEnd, describeReasons } from './describe.ts';

/** The words at the beginning of a line, in one column: what is about to happen, or the outcome. */
type Word =
  | 'runs'
  | 'would run'
  | 'restore'
  | 'waits'
  | 'warning'
  | 'retry'
  | 'ran'
  | 'restored'
  | 'failed'
  | 'blocked'
  | 'cancelled'
  | 'frozen';

const STYLES: Readonly<Record<Word, Style>> = {
  runs: 'cyan',
  'would run': 'cyan',
  restore: 'cyan',
  waits: 'yellow',
  warning: 'yellow',
  retry: 'yellow',
  ran: 'green',
  restored: 'green',
  failed: 'red',
  blocked: 'red',
  cancelled: 'yellow',
  frozen: 'dim',
};
const WORD_WIDTH = 'would run'.length;

/** Names up to this width stand in a column of their own; a longer one pushes its text to the right. */
const NAME_WIDTH = 48;
/** What the word before a name and the text after it need at least. */
const REST_WIDTH = 48;

/** The line that an event is worth, or undefined. Each begins with a word in its own column, so that it is easy to spot. */
export function createLineWriter(terminal: Terminal): (event: RunEvent) => string | undefined {
  const paint = createPainter(terminal.stdout, terminal.env);
  let width = 0;
  let dry = false;
  const lineOf = (word: Word, stage: string, text: string): string => {
    const name = escapeControl(stage);
    const padded = text === '' ? name : `${name}${' '.repeat(Math.max(0, width - widthOf(name)))}  ${text}`;
    return `${paint(STYLES[word], word.padEnd(WORD_WIDTH))}  ${padded}`;
  };
  return (event) => {
    switch (event.type) {
      case 'run-start':
        width = nameWidth(event.stages, terminal.stdout.columns);
        dry = event.dry;
        return withoutLine(event.leftOut);
      case 'run-warning':
        return `${paint('yellow', 'warning:')} ${escapeControl(event.text)}`;
      case 'stage-decided':
        return decisionLine(event, dry, lineOf);
      case 'stage-waiting':
        return lineOf('waits', event.stage, escapeControl(event.text));
      case 'stage-output':
        return `${paint('dim', `${escapeControl(event.stage)} |`)} ${escapeControl(event.line)}`;
      case 'stage-warning':
        return lineOf('warning', event.stage, escapeControl(event.text));
      case 'stage-retry':
        return lineOf('retry', event.stage, describeRetry(event));
      case 'stage-end':
        return dry ? undefined : endLine(event, lineOf);
      case 'run-end':
        return paint(event.summary.ok ? 'bold' : 'red', describeEnd(event.summary));
      default:
        return undefined;
    }
  };
}

const MOST_LEFT_OUT = 8;

function withoutLine(leftOut: readonly string[]): string | undefined {
  return leftOut.length === 0 ? undefined : `without ${someOf(leftOut.map(escapeControl), MOST_LEFT_OUT)}`;
}

function nameWidth(names: readonly string[], columns: number | undefined): number {
  const widest = Math.max(0, ...names.map((name) => widthOf(escapeControl(name))));
  // On a narrow terminal such a column would leave no room for the rest.
  const most =
    columns === undefined
      ? NAME_WIDTH
      : Math.min(Math.floor(columns * 0.4), Math.max(0, columns - REST_WIDTH));
  return Math.min(most, NAME_WIDTH, widest);
}

type LineOf = (word: Word, stage: string, text: string) => string;

function decisionLine(
  { decision, stage, reasons }: Extract<RunEvent, { type: 'stage-decided' }>,
  dry: boolean,
  lineOf: LineOf,
): string | undefined {
  const isFirst = reasons.some(({ kind }) => kind === 'never-run');
  const text = isFirst ? 'for the first time' : describeReasons(reasons);
  if (decision === 'run') return lineOf(dry ? 'would run' : 'runs', stage, text);
  return dry && decision === 'restore' ? lineOf('restore', stage, text) : undefined;
}

/** `attempt 1 of 4 failed: its command exited with 1; again in 10.0 s`. */
function describeRetry({
  attempt,
  attempts,
  delaySeconds,
  error,
}: Extract<RunEvent, { type: 'stage-retry' }>): string {
  const again = delaySeconds === 0 ? 'again now' : `again in ${formatDuration(delaySeconds * 1000)}`;
  const how = escapeControl(error.message)
    .replace(/^Stage '.*?' (failed: )?/, '')
    .replace(/\.$/, '');
  return `attempt ${attempt} of ${attempts} failed: ${how}; ${again}`;
}

function endLine(event: Extract<RunEvent, { type: 'stage-end' }>, lineOf: LineOf): string | undefined {
  const tries = event.attempts === undefined ? '' : `, ${event.attempts} attempts`;
  const time = `${formatDuration(event.seconds * 1000)}${tries}`;
  switch (event.outcome) {
    case 'unchanged':
      return undefined;
    case 'ran':
    case 'restored':
      return lineOf(event.outcome, event.stage, `in ${time}`);
    case 'failed':
      return lineOf('failed', event.stage, `after ${time}`);
    case 'blocked':
      return lineOf('blocked', event.stage, `by ${escapeControl(event.blockedBy ?? 'a failure')}`);
    case 'cancelled':
    case 'frozen':
      return lineOf(event.outcome, event.stage, '');
  }
}
