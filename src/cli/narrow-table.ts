import { createPainter, escapeControl, indent, printLine, type Terminal, widthOf } from '../kit/index.ts';

/** How wide the widest line of a text is. */
export function textWidth(text: string): number {
  return Math.max(...text.split('\n').map(widthOf));
}

/** How many columns there are to write in; undefined for a pipe, which takes any width. */
export function columnsOf({ stdout }: Terminal): number | undefined {
  return stdout.isTTY === true ? stdout.columns : undefined;
}

/** True for a text that a terminal would have to wrap. */
export function isTooWide(text: string, terminal: Terminal): boolean {
  return textWidth(text) > (columnsOf(terminal) ?? Number.POSITIVE_INFINITY);
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
    printLine(terminal.stdout, indent(render(new Map([[file, content]]), false), 2));
  }
}

/** `OLD → NEW` on two lines where one would be too wide. */
export function foldValues(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : text.replace(' → ', '\n→ ');
}
