import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../../src/kit/diagnostics.ts';

const at = { file: 'a.yaml', line: 7, message: 'Wrong.' };

describe('a diagnostic shows', () => {
  it('a short line as it is, with its tabs', () => {
    expect(renderDiagnostics([{ ...at, column: 4, length: 3, source: '\ta: xyz' }])).toBe(
      'a.yaml:7:4 Wrong.\n  7 | \ta: xyz\n    | \t  ^^^',
    );
  });

  it.each([0, 50, 5000, 999_990])(
    'of a line of a million characters what stands around offset %i',
    (offset) => {
      const source = `${'x'.repeat(offset)}HERE${'y'.repeat(1_000_000 - offset)}`;
      const [head, shown = '', mark = ''] = renderDiagnostics([
        { ...at, column: offset + 1, length: 4, source },
      ]).split('\n');
      expect(head).toBe(`a.yaml:7:${offset + 1} Wrong.`);
      expect(shown.length).toBeLessThan(112);
      expect(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('HERE');
      expect(shown.endsWith('…')).toBe(offset < 999_000);
    },
  );

  it('what a terminal would obey, or not show, as an escape, with the mark under it', () => {
    const source = 'a\u001b[2J\u202e: b\u200bc\ud83d\ude00';
    expect(renderDiagnostics([{ ...at, column: 10, length: 2, source }])).toBe(
      'a.yaml:7:10 Wrong.\n  7 | a\\u{1b}[2J\\u{202e}: b\\u{200b}c\ud83d\ude00\n    |                      ^^^^^^^^^',
    );
  });

  it('of a message of a megabyte its beginning', () => {
    const text = renderDiagnostics([{ ...at, column: 1, length: 1, message: `'${'k'.repeat(1_000_000)}'` }]);
    expect(text.length).toBeLessThan(1100);
  });
});
