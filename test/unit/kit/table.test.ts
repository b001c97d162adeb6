import { expect, it } from 'vitest';
import { renderTable } from '../../../src/kit/index.ts';

it('a table stands in columns whatever colours and wide letters its cells have', () => {
  const rows = [
    ['Name', 'Change'],
    ['表情', '\u001b[32m+1 better\u001b[39m'],
    ['plain', '-12'],
  ];
  expect(renderTable(rows, { right: [1] }).replaceAll(/\u001b\[\d+m/g, '')).toBe(
    ['Name      Change', '表情   +1 better', 'plain        -12'].join('\n'),
  );
});

it('a table wider than there is room has its cells two spaces apart, in no columns', () => {
  const rows = [
    ['a/long/path', '1 B', ''],
    ['b', '', 'new'],
  ];
  expect(renderTable(rows, { columns: 21 })).toBe('a/long/path  1 B\nb                 new');
  expect(renderTable(rows, { columns: 20 })).toBe('a/long/path  1 B\nb  new');
});
