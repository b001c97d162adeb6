import { cutEnd, type Sink, widthOf } from '../../kit/index.ts';

/** A terminal that knows these shows what stands between them at once; others pass them over. */
const UPDATE_BEGINS = '\u001b[?2026h';
const UPDATE_ENDS = '\u001b[?2026l';
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

const COLUMNS = 80;
const ROWS = 24;
/** How much of a terminal's height a block may take. */
const SHARE = 0.6;

/** A block of lines at the bottom of a terminal that is drawn over in place; other lines scroll past above it. */
export class Screen {
  readonly #sink: Sink;
  /** The width of each line that stands on the terminal. */
  #drawn: readonly number[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  get columns(): number {
    return Math.max(20, this.#sink.columns ?? COLUMNS);
  }

  /** Replaces the block, in one write. `above` are whole lines that stay. */
  draw(above: readonly string[], block: readonly string[]): void {
    const up = this.#rowsDrawn();
    const lines = this.#fitted(block);
    if (above.length === 0 && lines.length === 0 && up === 0) return;
    const start = up === 0 ? '' : `\u001b[${up}A\r`;
    // Lines of the block are drawn over without clearing first, so that nothing flickers.
    const scrolled = above.length === 0 ? '' : `${CLEAR_BELOW}${above.map((line) => `${line}\n`).join('')}`;
    const drawn = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join('');
    this.#sink.write(`${UPDATE_BEGINS}${start}${scrolled}${drawn}${CLEAR_BELOW}${UPDATE_ENDS}`);
    this.#drawn = lines.map(widthOf);
  }

  /** A terminal that was made narrower has wrapped what it shows. */
  #rowsDrawn(): number {
    return this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / this.columns)), 0);
  }

  /** A block that is higher than the terminal could not be drawn over, and one that fills it hides what scrolls. */
  #fitted(block: readonly string[]): readonly string[] {
    const rows = this.#sink.rows ?? ROWS;
    const most = Math.max(3, Math.min(rows - 2, Math.max(4, Math.floor(rows * SHARE))));
    if (block.length <= most) return block;
    const last = block.at(-1) ?? '';
    return [...block.slice(0, most - 2), cutEnd(`  and ${block.length - most + 1} more`, this.columns), last];
  }
}
