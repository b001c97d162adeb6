import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPainter, cutEnd, cutMiddle, widthOf } from '../../../src/kit/index.ts';

describe('the width of text', () => {
  it('counts columns: wide letters two, colours and accents none', () => {
    expect(['abc', '東京', '\u001b[31mred\u001b[39m', 'e\u0301', '😀'].map(widthOf)).toEqual([3, 4, 3, 1, 2]);
  });

  it('is never more than asked for after cutting', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab@-é東京語한😀\u0301') }),
        fc.integer({ min: 1, max: 40 }),
        (text, columns) => {
          expect(widthOf(cutEnd(text, columns))).toBeLessThanOrEqual(columns);
          expect(widthOf(cutMiddle(text, columns))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it('leaves what fits; a name keeps its beginning and its end', () => {
    expect(cutEnd('train', 5)).toBe('train');
    expect(cutEnd('train@resnet', 8)).toBe('train@r…');
    expect(cutEnd('東京東京', 5)).toBe('東京…');
    expect(cutMiddle('train@mobilenetv2-small', 12)).toBe('train@…small');
    expect(cutMiddle('train@resnet', 1)).toBe('…');
    expect(cutMiddle('train@größe-日本語', 12)).toBe('train@…本語');
  });
});

describe('colours', () => {
  const sink = { isTTY: true, write: () => {} };
  it('are for terminals, unless NO_COLOR or a dumb terminal says otherwise', () => {
    expect(createPainter(sink, {})('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(createPainter(sink, { NO_COLOR: '' })('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(createPainter(sink, { NO_COLOR: '1' })('red', 'x')).toBe('x');
    expect(createPainter(sink, { TERM: 'dumb' })('red', 'x')).toBe('x');
    expect(createPainter({ write: () => {} }, {})('red', 'x')).toBe('x');
  });
});
