import { styleText } from 'node:util';
import { widthOf } from './width.ts';

/** A stream to print on; what process.stdout and a test's collector have in common. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Where a command reads from and prints to. */
export interface Terminal {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Where a person answers; none where nobody can. */
  readonly stdin?: NodeJS.ReadStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export type Paint = (style: Style, text: string) => string;

/** Colours text for a sink that is a terminal, unless NO_COLOR is set; elsewhere returns it as it is. */
export function createPainter(sink: Sink, env: NodeJS.ProcessEnv): Paint {
  const noColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  if (sink.isTTY !== true || noColor || env['TERM'] === 'dumb') return (_, text) => text;
  // validateStream would look at process.stdout instead of this sink
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** Prints whole lines: text that does not end with a line break gets one. */
export function printLine(sink: Sink, text: string): void {
  sink.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Says something that does not stop the command. */
export function printWarning(terminal: Terminal, text: string): void {
  const paint = createPainter(terminal.stderr, terminal.env);
  printLine(terminal.stderr, `${paint('yellow', 'warning:')} ${text}`);
}

/** Says what went wrong, and what can be done about it. */
export function printError(
  terminal: Terminal,
  error: { readonly message: string; readonly hint?: string | undefined },
): void {
  const paint = createPainter(terminal.stderr, terminal.env);
  printLine(terminal.stderr, `${paint('red', 'error:')} ${error.message}`);
  if (error.hint !== undefined) printLine(terminal.stderr, error.hint);
}

/** Text that fits into so many columns: its beginning, marked where it was cut. */
export function cutEnd(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const letters = [...text];
  while (letters.length > 0 && widthOf(letters.join('')) > columns - 1) letters.pop();
  return `${letters.join('')}…`;
}

/** Text that fits into so many columns: its beginning and its end, which for stages of a group tells them apart. */
export function cutMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const letters = [...text];
  const head = beginning(letters, Math.ceil((columns - 1) / 2));
  const tail = beginning(letters.reverse(), Math.floor((columns - 1) / 2));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** As many of the first letters as so many columns hold. */
function beginning(letters: readonly string[], columns: number): string[] {
  let width = 0;
  const end = letters.findIndex((letter) => {
    width += widthOf(letter);
    return width > columns;
  });
  return letters.slice(0, end < 0 ? letters.length : end);
}
