import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countLines } from '../../../../src/runner/diff/line-counts.ts';

it('counts the lines that came and went', () => {
  expect(countLines('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual({ added: 2, deleted: 1 });
  expect(countLines('', 'a\n')).toEqual({ added: 1, deleted: 0 });
  expect(countLines('a\n', 'a')).toEqual({ added: 0, deleted: 0 });
});

it('of any two texts counts as many as turn the one into the other, and nothing of equal ones', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
    .map((lines) => lines.map((l) => `${l}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { added, deleted } = countLines(before, after) ?? { added: -1, deleted: -1 };
      expect(before.length / 2 + added - deleted).toBe(after.length / 2);
      expect(countLines(before, before)).toEqual({ added: 0, deleted: 0 });
      expect(countLines(after, before)).toEqual({ added: deleted, deleted: added });
    }),
  );
});

it('gives up on texts that have nothing in common', () => {
  const many = (letter: string): string => Array.from({ length: 2000 }, (_, i) => `${letter}${i}\n`).join('');
  expect(countLines(many('a'), many('b'))).toBeUndefined();
});
