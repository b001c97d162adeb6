import type { Terminal } from '../../../src/kit/index.ts';

/** A terminal that knows what the live view uses: line breaks, wrapping, cursor up, clearing. */
export class FakeTerminal {
  readonly isTTY = true;
  columns: number;
  rows: number;
  writes = 0;
  #cells: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns = 60, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What a person sees, with what has scrolled past, without blanks at line ends. */
  get text(): string {
    return this.#cells
      .map((cells) =>
        Array.from(cells, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  write(text: string): void {
    this.writes++;
    for (const token of text.match(/\u001b\[[?\d;]*[A-Za-z]|./gsu) ?? []) this.#take(token);
  }

  /** Makes the window narrower, as most terminals do it: what does not fit any more goes on in the next row. */
  narrow(columns: number): void {
    const rest = this.#cells.length - this.#row;
    this.columns = columns;
    this.#cells = this.#cells.flatMap((cells) => {
      const rows = Array.from({ length: Math.max(1, Math.ceil(cells.length / columns)) }, (_, i) => i);
      return rows.map((i) => cells.slice(i * columns, (i + 1) * columns));
    });
    this.#row = this.#cells.length - rest;
  }

  #take(token: string): void {
    if (token === '\n') this.#newLine();
    else if (token === '\r') this.#column = 0;
    else if (token.startsWith('\u001b[')) this.#control(token);
    else {
      if (this.#column === this.columns) this.#newLine();
      this.#line()[this.#column++] = token;
    }
  }

  #control(token: string): void {
    const count = Number(/\d+/.exec(token)?.[0] ?? 1);
    if (token.endsWith('A')) this.#row = Math.max(0, this.#row - count);
    else if (token.endsWith('K')) this.#line().length = Math.min(this.#line().length, this.#column);
    else if (token.endsWith('J')) {
      this.#line().length = Math.min(this.#line().length, this.#column);
      this.#cells.length = this.#row + 1;
    } else if (!/[hlm]$/.test(token)) throw new Error(`Unknown control ${JSON.stringify(token)}`);
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    this.#line();
  }

  #line(): string[] {
    while (this.#cells.length <= this.#row) this.#cells.push([]);
    const line = this.#cells[this.#row];
    if (line === undefined) throw new Error('no line');
    return line;
  }
}

/** A terminal for reporters: both streams on the same screen, no colours unless asked for. */
export function terminalOn(screen: FakeTerminal, env: NodeJS.ProcessEnv = { NO_COLOR: '1' }): Terminal {
  return { stdout: screen, stderr: screen, env, cwd: '/' };
}
