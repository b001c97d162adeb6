import { expect, it } from 'vitest';
import { foldValues, printByFile } from '../../../src/cli/narrow-table.ts';
import type { Terminal } from '../../../src/kit/index.ts';

function shown(columns: number): string {
  let text = '';
  const stdout = { isTTY: true, columns, write: (part: string) => (text += part) };
  const terminal: Terminal = { stdout, stderr: stdout, env: { NO_COLOR: '1' }, cwd: '.' };
  const files = new Map([['a/long/path.json', 'x  1\ny  2']]);
  const render = (some: ReadonlyMap<string, string>, path: boolean): string =>
    [...some].map(([file, rows]) => (path ? rows.replace(/^/gm, `${file}  `) : rows)).join('\n');
  printByFile(files, render, terminal);
  return text;
}

it('a table that does not fit has each file as a heading over its rows', () => {
  expect(shown(22)).toBe('a/long/path.json  x  1\na/long/path.json  y  2\n');
  expect(shown(21)).toBe('a/long/path.json\n  x  1\n  y  2\n');
});

it('an old and a new value stand on two lines where one would be too wide', () => {
  expect(foldValues('0.1 → 0.2', 9)).toBe('0.1 → 0.2');
  expect(foldValues('0.1 → 0.2', 8)).toBe('0.1\n→ 0.2');
});
