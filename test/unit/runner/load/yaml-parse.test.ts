import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../src/runner/load/source-file.ts';

const DEPTH = 20_000;
const stairs = Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');

describe('YAML that is nested too deeply ends in one message', () => {
  it.each([
    ['brackets', '['.repeat(DEPTH)],
    ['brackets after a lone quote', `a: it's\nb: ${'['.repeat(DEPTH)}\nc: don't`],
    ['brackets after a quote in a comment', `# it's "\nb: ${'['.repeat(DEPTH)}\n# ' "`],
    ['brackets after a block scalar with a quote', `a: |\n  "\nb: ${'[{'.repeat(DEPTH)}\nc: |\n  "`],
    ['mappings in brackets', '{a: '.repeat(DEPTH)],
    ['dashes', '- '.repeat(DEPTH)],
    ['questions', '? '.repeat(DEPTH)],
    ['dashes and questions', '- ? '.repeat(DEPTH)],
    ['stairs', stairs],
    ['stairs of lists', stairs.replaceAll('a:', '-')],
  ])('%s', (_, text) => {
    const { problems } = parseYaml(text);
    expect(problems).toMatchObject([{ message: 'The file is nested too deeply.' }]);
    expect(problems[0]?.start).toBeGreaterThan(0);
  });
});

it('brackets in quotes, comments and block scalars are no nesting', () => {
  const many = '['.repeat(DEPTH);
  const text = `a: "${many}"\nb: '${many}'\nc: x # ${many}\nd: |\n  ${many}\n`;
  expect(parseYaml(text)).toEqual({ data: { a: many, b: many, c: 'x', d: `${many}\n` }, problems: [] });
});

it.each([
  '"',
  "'",
  ',',
  ']',
  '}',
  '&a ',
  '!a ',
  '*a ',
  '%a\n',
  '---\n',
  '|\n',
  '> ',
  '@',
  '\\',
  '\t',
  ': ',
  '[],',
])(
  'two hundred thousand times %j ends in few problems, soon',
  (text) => {
    const started = process.cpuUsage();
    const { problems } = parseYaml(text.repeat(200_000));
    const { user } = process.cpuUsage(started);
    expect(problems.length).toBeLessThanOrEqual(100);
    // Linear: a quadratic step over this much text takes minutes.
    expect(user / 1e6).toBeLessThan(15);
  },
  60_000,
);

it('any text of YAML punctuation ends soon, in data or in problems that lie in the text', () => {
  const piece = fc.constantFrom(
    ...'[]{}:,-?&*!|>"\'#%@` \n\t\r\\.~<=a1',
    ': ',
    '- ',
    '? ',
    '\n  ',
    '---\n',
    '...\n',
    '<<: ',
    '|-\n',
    '&a',
    '*a',
    '\u{feff}',
    '\u{2028}',
    '\0',
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (one, times) => {
      const started = process.cpuUsage();
      const whole = one.repeat(times);
      for (const { start, end } of parseYaml(whole).problems) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(start).toBeLessThanOrEqual(whole.length);
      }
      expect(process.cpuUsage(started).user / 1e6).toBeLessThan(2);
    }),
    { numRuns: 200 },
  );
});
