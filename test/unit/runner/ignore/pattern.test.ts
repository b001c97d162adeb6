import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { DVCIGNORE, isIgnored, isIgnoredBelow, rulesOf } from '../../../../src/runner/ignore/rules.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const PATHS = [
  'a.log',
  'keep.log',
  'sub/a.log',
  'sub/keep.log',
  'sub/deep/b.bin',
  'logs/x',
  'sub/logs/x',
  'build/out/y',
  'sub/build/out/y',
  'a b.txt',
  'f(1).txt',
  'f1.txt',
  'x[1].txt',
  'x1.txt',
  'x3.txt',
  '!mark',
  '#mark',
  'u.txt',
];

/** Lists of patterns on which git and DVC agree. */
const LISTS = [
  ['*.log', '!keep.log'],
  ['!keep.log', '*.log'],
  ['logs/'],
  ['/logs'],
  ['build/out'],
  ['**/build/out'],
  ['sub/**/*.bin'],
  ['a.log/', 'sub/logs/'],
  ['f(1).txt', 'x[!1].txt', 'a b.*'],
  ['x[1-2].txt', '?.txt'],
  ['x[[]1[]].txt', 'x[', '\\', '[!].txt'],
  ['\\!mark', '\\#mark', '# *', '', '   '],
  ['*', '!*.txt'],
  ['**'],
  ['/'],
];

it.each(LISTS)('%s %s %s %s names the same as in git', (...patterns) => {
  const root = temporaryFolder();
  writeFiles(root, {
    ...Object.fromEntries(PATHS.map((path) => [path, ''])),
    '.gitignore': `${patterns.join('\n')}\n`,
  });
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  git('init', '-q');
  const seen = git('ls-files', '-z', '--others', '--exclude-standard').split('\0');
  for (const dialect of ['git', 'dvc'] as const) {
    const rules = rulesOf(patterns.join('\n'), root, dialect);
    expect(PATHS.filter((path) => !isIgnoredBelow(rules, root, path))).toEqual(
      PATHS.filter((path) => seen.includes(path)),
    );
  }
});

it('for DVC what is in a folder that was taken back is ignored all the same, and a/** names a', () => {
  const rules = (dialect: 'git' | 'dvc') => rulesOf('/sub*\n!/sub/\na/**\n!a/keep\n', '', dialect);
  const answers = (dialect: 'git' | 'dvc') => [
    isIgnored(rules(dialect), 'sub', 'folder'),
    isIgnored(rules(dialect), 'sub/file', 'file'),
    isIgnored(rules(dialect), 'a', 'folder'),
    isIgnored(rules(dialect), 'a/keep', 'file'),
  ];
  expect(answers('git')).toEqual([false, false, false, false]);
  expect(answers('dvc')).toEqual([false, true, true, false]);
});

it('patterns count below their folder only', () => {
  const rules = rulesOf('*.log\n', 'in', 'dvc');
  expect([DVCIGNORE, isIgnored(rules, 'in/a.log', 'file'), isIgnored(rules, 'inner/a.log', 'file')]).toEqual([
    '.dvcignore',
    true,
    false,
  ]);
});
