import { type FermentError, printLine, type Terminal } from '../../kit/index.ts';
import type { RunEvent, Summary } from '../../runner/index.ts';
import type { Reporter } from './reporter.ts';

/** One JSON object a line on stdout, the summary last, also after an error; the stages' own output goes to stderr. */
export class JsonReporter implements Reporter {
  readonly #terminal: Terminal;
  readonly #started = performance.now();
  #isDone = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'stage-output') this.note(event.line);
    else if (event.type === 'run-end') this.#end(event.summary);
    else if ('error' in event && event.error !== undefined) {
      const { type, error, ...rest } = event;
      this.#print({ event: type, ...rest, error: plainError(error) });
    } else {
      const { type, ...rest } = event;
      this.#print({ event: type, ...rest });
    }
  }

  note(text: string): void {
    printLine(this.#terminal.stderr, text);
  }

  /** Ends a run that did not come to its end: a project that cannot be loaded, a graph with a cycle. */
  fail(error: FermentError): void {
    if (!this.#isDone)
      this.#end({ ok: false, stages: new Map(), seconds: (performance.now() - this.#started) / 1000, error });
  }

  close(): void {}

  #end({ ok, stages, seconds, error }: Pick<Summary, 'ok' | 'stages' | 'seconds' | 'error'>): void {
    this.#isDone = true;
    if (error !== undefined) this.#print({ event: 'error', ...plainError(error) });
    const outcomes = Object.fromEntries([...stages].map(([name, { outcome }]) => [name, outcome]));
    this.#print({ event: 'summary', ok, stages: outcomes, seconds });
  }

  #print(value: unknown): void {
    printLine(this.#terminal.stdout, JSON.stringify(value));
  }
}

function plainError({ code, message, hint }: FermentError): Record<string, unknown> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
