import {
  createPainter,
  cutEnd,
  cutMiddle,
  escapeControl,
  formatDuration,
  type Paint,
  type Terminal,
  widthOf,
} from '../../kit/index.ts';
import type { Progress, RunEvent } from '../../runner/index.ts';
import { createLineWriter } from './line-writer.ts';
import { fitPieces, piecesOf } from './progress-text.ts';
import type { Reporter } from './reporter.ts';
import { Screen } from './screen.ts';

const REDRAW_MS = 100;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** From this width on there is room for a bar. */
const BAR_FROM_COLUMNS = 90;

interface Running {
  readonly since: number;
  readonly attempt: number;
  progress: Progress | undefined;
  /** When its next attempt begins, after one that failed. */
  readonly nextAt?: number;
}

/** For a terminal: finished lines scroll, and below them stands one line for each running stage and one for the whole. */
export class LiveReporter implements Reporter {
  readonly #screen: Screen;
  readonly #paint: Paint;
  readonly #lineOf: ReturnType<typeof createLineWriter>;
  readonly #running = new Map<string, Running>();
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout;
  #pending: string[] = [];
  #isDrawDue = false;
  #isClosed = false;
  #total = 0;
  #dry = false;
  #finished = 0;
  #frame = 0;

  constructor(terminal: Terminal) {
    this.#screen = new Screen(terminal.stdout);
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
    if (!this.#dry && isFirstRun(event)) return;
    const line = this.#lineOf(event);
    if (line !== undefined) this.note(line);
  }

  note(text: string): void {
    this.#pending.push(text);
    if (this.#isDrawDue || this.#isClosed) return;
    this.#isDrawDue = true;
    // A stage that writes a thousand lines at once must not cause a thousand drawings.
    setImmediate(() => this.#draw());
  }

  close(): void {
    if (this.#isClosed) return;
    clearInterval(this.#timer);
    this.#running.clear();
    this.#draw();
    this.#isClosed = true;
  }

  #track(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#total = event.stages.length;
        this.#dry = event.dry;
        return;
      case 'stage-start':
        this.#running.set(event.stage, {
          since: Date.now(),
          attempt: event.attempt,
          progress: undefined,
        });
        return;
      case 'stage-progress': {
        const stage = this.#running.get(event.stage);
        if (stage !== undefined) stage.progress = event.progress;
        return;
      }
      case 'stage-retry': {
        const now = Date.now();
        const nextAt = now + event.delaySeconds * 1000;
        this.#running.set(event.stage, {
          since: now,
          attempt: event.attempt + 1,
          progress: undefined,
          nextAt,
        });
        return;
      }
      case 'stage-end':
        this.#running.delete(event.stage);
        this.#finished++;
        return;
      default:
    }
  }

  #draw(): void {
    if (this.#isClosed) return;
    const above = this.#pending;
    this.#pending = [];
    this.#isDrawDue = false;
    this.#screen.draw(above, this.#block());
  }

  #block(): string[] {
    if (this.#running.size === 0) return [];
    // A wrapped line would tear the view: one column stays free.
    const columns = this.#screen.columns - 1;
    const names = [...this.#running.keys()].map(escapeControl);
    const width = Math.min(Math.max(...names.map(widthOf)), Math.max(12, Math.floor(columns * 0.4)));
    const lines = [...this.#running].map(([stage, running]) => {
      const name = cutMiddle(escapeControl(stage), width);
      const text = describeRunning(running, columns - width - 4);
      return `${this.#paint('cyan', this.#spinner())} ${name}${' '.repeat(width - widthOf(name))}  ${text}`;
    });
    const time = formatDuration(Date.now() - this.#started);
    return [...lines, this.#paint('dim', `  ${this.#finished} of ${this.#total} stages done · ${time}`)];
  }

  #spinner(): string {
    return SPINNER[this.#frame % SPINNER.length] ?? '';
  }
}

/** A first run has no reason to tell: the view shows that the stage runs. */
function isFirstRun(event: RunEvent): boolean {
  return event.type === 'stage-decided' && event.reasons.some(({ kind }) => kind === 'never-run');
}

function describeRunning({ progress, since, attempt, nextAt }: Running, columns: number): string {
  if (nextAt !== undefined) {
    const left = formatDuration(Math.max(0, nextAt - Date.now()));
    return cutEnd(`attempt ${attempt} in ${left}`, columns);
  }
  const which = attempt === 1 ? '' : `attempt ${attempt} · `;
  if (progress === undefined) return cutEnd(`${which}${formatDuration(Date.now() - since)}`, columns);
  const room = columns - widthOf(which);
  return `${which}${fitPieces(piecesOf(progress, { bar: room >= BAR_FROM_COLUMNS / 2 }), room)}`;
}
