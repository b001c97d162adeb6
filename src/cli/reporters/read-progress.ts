import { formatBytes, plural, type Terminal } from '../../kit/index.ts';
import { Screen } from './screen.ts';

const REDRAW_MS = 100;

/** How much was read so far, in one line at the bottom of a terminal; elsewhere nothing. */
export class ReadProgress {
  readonly #screen: Screen | undefined;
  #files = 0;
  #bytes = 0;
  #drawn = performance.now();

  constructor({ stderr, env }: Terminal) {
    this.#screen = stderr.isTTY === true && env['TERM'] !== 'dumb' ? new Screen(stderr) : undefined;
  }

  add(bytes: number, isWholeFile: boolean): void {
    this.#bytes += bytes;
    if (isWholeFile) this.#files++;
    if (this.#screen === undefined || performance.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = performance.now();
    this.#screen.draw([], [`${plural(this.#files, 'file')} read, ${formatBytes(this.#bytes)}`]);
  }

  above(print: () => void): void {
    this.clear();
    print();
  }

  clear(): void {
    this.#screen?.draw([], []);
  }
}
