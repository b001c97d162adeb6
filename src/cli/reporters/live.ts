import { formatDuration } from '../../kit/index.ts';
import type { Progress, RunEvent } from '../../runner/index.ts';
import { createPainter, type Sink, type Terminal } from '../terminal.ts';
import { describeEnd, describeProgress } from './describe.ts';
import { createLineWriter } from './plain.ts';
import type { Reporter } from './reporter.ts';

const REDRAW_MS = 100;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR_WIDTH = 16;

interface Running {
  readonly since: number;
  progress: Progress | undefined;
}

/** For a terminal: finished lines scroll, and below them stands one line for each running stage and one for the whole. */
export class LiveReporter implements Reporter {
  readonly #sink: Sink;
  readonly #paint: ReturnType<typeof createPainter>;
  readonly #lineOf: ReturnType<typeof createLineWriter>;
  readonly #running = new Map<string, Running>();
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout;
  #total = 0;
  #finished = 0;
  /** Lines of the view that stand on the terminal now. */
  #drawn = 0;
  #frame = 0;

  constructor(terminal: Terminal) {
    this.#sink = terminal.stdout;
    this.#paint = createPainter(terminal.stdout, terminal.env);
    this.#lineOf = createLineWriter(terminal);
    this.#timer = setInterval(() => {
      this.#frame++;
      if (this.#running.size > 0) this.#draw();
    }, REDRAW_MS);
    this.#timer.unref();
  }

  onEvent(event: RunEvent): void {
    this.#track(event);
    const line = this.#lineOf(event);
    if (line !== undefined) this.#draw(`${line}\n`);
    if (event.type === 'run-end') {
      this.#draw(`${this.#paint(event.summary.ok ? 'bold' : 'red', describeEnd(event.summary))}\n`);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#running.clear();
    this.#draw();
  }

  #track(event: RunEvent): void {
    if (event.type === 'run-start') this.#total = event.stages.length;
    if (event.type === 'stage-start')
      this.#running.set(event.stage, { since: Date.now(), progress: undefined });
    if (event.type === 'stage-progress') {
      const stage = this.#running.get(event.stage);
      if (stage !== undefined) stage.progress = event.progress;
    }
    if (event.type === 'stage-end') {
      this.#running.delete(event.stage);
      this.#finished++;
    }
  }

  #draw(above = ''): void {
    const lines = [...this.#running].map(([stage, running]) => this.#stageLine(stage, running));
    if (lines.length > 0) {
      const time = formatDuration(Date.now() - this.#started);
      lines.push(this.#paint('dim', `  ${this.#finished}/${this.#total} stages, ${time}`));
    }
    const erase = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[0J`;
    const text = `${erase}${above}${lines.map((line) => `${line}\n`).join('')}`;
    if (text !== '') this.#sink.write(text);
    this.#drawn = lines.length;
  }

  #stageLine(stage: string, { since, progress }: Running): string {
    const spinner = SPINNER[this.#frame % SPINNER.length] ?? '';
    const text = progress === undefined ? formatDuration(Date.now() - since) : describeProgress(progress);
    const bar = progress === undefined ? '' : ` ${barOf(progress)}`;
    // A wrapped line would break the count of lines to erase.
    const room = Math.max(20, (this.#sink.columns ?? 80) - 1);
    const plain = `${spinner} ${stage}${bar}  ${text}`;
    if (plain.length > room) return `${plain.slice(0, room - 1)}…`;
    return `${this.#paint('cyan', spinner)} ${plain.slice(2)}`;
  }
}

function barOf({ done, total }: Progress): string {
  const filled = total > 0 ? Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / total)) : 0;
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}
