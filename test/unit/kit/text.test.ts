import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  compareBytes,
  didYouMean,
  escapeControl,
  formatBytes,
  formatCount,
  formatDuration,
  renderMarkdownTable,
  renderTable,
  someOf,
} from '../../../src/kit/index.ts';

describe('text', () => {
  it('compares as UTF-8 bytes do, also beyond the basic plane', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
    expect(compareBytes('\u{ffff}', '\u{10000}')).toBe(-1);
  });

  it('suggests a near word and stays silent otherwise', () => {
    expect(didYouMean('learningrate', ['learningRate', 'epochs'])).toBe("Did you mean 'learningRate'?");
    expect(didYouMean('epohcs', ['learningRate', 'epochs'])).toBe("Did you mean 'epochs'?");
    expect(didYouMean('zzz', ['learningRate', 'epochs'])).toBeUndefined();
  });

  it('formats durations, sizes and counts for people', () => {
    expect([420, 3210, 59_960, 245_000, 7_380_000].map(formatDuration)).toEqual([
      '420 ms',
      '3.2 s',
      '1 min 00 s',
      '4 min 05 s',
      '2 h 03 min',
    ]);
    expect([512, 14_200, 999_960, 3_100_000_000].map(formatBytes)).toEqual([
      '512 B',
      '14.2 kB',
      '1.0 MB',
      '3.1 GB',
    ]);
    expect([0, 999, 28_709, 1_234_567].map(formatCount)).toEqual(['0', '999', '28,709', '1,234,567']);
  });

  it('lists the first of many, and counts the rest', () => {
    const all = ['a', 'b', 'c', 'd'];
    expect([0, 2, 4].map((n) => someOf(all.slice(0, n), 2))).toEqual(['', 'a, b', 'a, b and 2 more']);
  });

  it('makes control characters and direction marks visible', () => {
    expect(escapeControl('a\nb\u001b[31m\u202e')).toBe('a\\nb\\u{1b}[31m\\u{202e}');
  });

  it('draws plain and Markdown tables from the same rows', () => {
    const rows = [
      ['Metric', 'Value'],
      ['a|b', '1'],
    ];
    expect(renderTable(rows, { right: [1] })).toBe('Metric  Value\na|b         1');
    expect(renderMarkdownTable(rows, { right: [1] })).toBe(
      '| Metric | Value |\n| --- | ---: |\n| a\\|b | 1 |',
    );
  });

  it('shows foreign text in a Markdown table as it is, and leaves Markdown alone', () => {
    const rows = [['name'], ['__init__|<b>\n`x`']];
    expect(renderMarkdownTable(rows, { literal: true })).toBe(
      '| name |\n| --- |\n| \\_\\_init\\_\\_\\|\\<b> \\`x\\` |',
    );
    expect(renderMarkdownTable(rows)).toBe('| name |\n| --- |\n| __init__\\|<b> `x` |');
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow('No JSON for the number NaN');
    expect(() => canonicalJson([undefined])).toThrow('No JSON for a undefined');
  });
});
