import { styleText } from 'node:util';

/** A stream to print on; what process.stdout and a test's collector have in common. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where a command reads from and prints to. */
export interface Terminal {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours text for a sink that is a terminal, unless NO_COLOR is set; elsewhere returns it as it is. */
export function createPainter(sink: Sink, env: NodeJS.ProcessEnv): (style: Style, text: string) => string {
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
