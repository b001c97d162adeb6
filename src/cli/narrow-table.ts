import { escapeControl, widthOf } from '../kit/index.ts';
import { createPainter, printLine, type Terminal } from './terminal.ts';

/** How wide the widest line of a text is. */
export function textWidth(text: string): number {
  return Math.max(...text.split('\n').map(widthOf));
}

/** True for a text that a terminal would have to wrap. A pipe takes any width. */
export function isTooWide(text: string, { stdout }: Terminal): boolean {
  return stdout.isTTY === true && stdout.columns !== undefined && textWidth(text) > stdout.columns;
}

/**
 * Prints a table whose first column is a file. Where it would not fit on the terminal, each file is a heading over
 * a table of its own, rendered without that column.
 */
export function printByFile<T>(
  files: ReadonlyMap<string, T>,
  render: (files: ReadonlyMap<string, T>, path: boolean) => string,
  terminal: Terminal,
): void {
  const whole = render(files, true);
  if (!isTooWide(whole, terminal)) {
    printLine(terminal.stdout, whole);
    return;
  }
  const paint = createPainter(terminal.stdout, terminal.env);
  for (const [file, content] of files) {
    printLine(terminal.stdout, paint('cyan', escapeControl(file)));
    printLine(terminal.stdout, render(new Map([[file, content]]), false).replace(/^/gm, '  '));
  }
}
