import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Declared, ignoreInGit } from '../../../../src/runner/run/git-ignore.ts';
import { gitProject } from '../../../support/git-project.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

function repository(): string {
  const root = temporaryFolder();
  execFileSync('git', ['init', '-q', root]);
  return root;
}

const ignored = (root: string, path: string): boolean => {
  try {
    execFileSync('git', ['check-ignore', '-q', path], { cwd: root });
    return true;
  } catch {
    return false;
  }
};

const of = (...cached: string[]): Declared => ({ cached: new Set(cached), others: new Set() });

it('outs that git would add get a line in one block; what stands around it stays', () => {
  const root = repository();
  writeFiles(root, { '.gitignore': '/data/\n# mine' });
  ignoreInGit(root, ['data/raw', 'model.bin'], of('data/raw', 'model.bin'));
  ignoreInGit(root, ['b*[1].txt'], of('data/raw', 'model.bin', 'b*[1].txt'));
  ignoreInGit(root, ['#c '], of('b*[1].txt', '#c '));
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toMatchInlineSnapshot(`
    "/data/
    # mine
    # >>> ferment: outs that are kept in the store, written by ferment
    /\\#c\\ 
    /b\\*\\[1\\].txt
    # <<< ferment
    "
  `);
  writeFiles(root, { 'b*[1].txt': '', 'bx1.txt': '', '#c ': '' });
  expect(['b*[1].txt', 'bx1.txt', '#c '].map((path) => ignored(root, path))).toEqual([true, false, true]);
});

it('what a renamed stage left stays out of git until it is gone; what becomes git’s, a dep or with cache: false, does not', async () => {
  const stage = (name: string, outs: string) =>
    `  ${name}: {cmd: "echo > 'a !#'; echo > b; echo > c; echo > ${name}", outs: [${outs}]}\n`;
  const p = gitProject({ 'pipeline.yaml': `stages:\n${stage('old', '"a !#", b, c, old')}` });
  await p.repro();
  p.write(
    'pipeline.yaml',
    `stages:\n${stage('new', 'new, b: {cache: false}')}  reads: {cmd: cat c, deps: [c]}\n`,
  );
  await p.repro();
  expect(['a !#', 'b', 'c', 'old', 'new'].filter((path) => ignored(p.root, path))).toEqual([
    'a !#',
    'old',
    'new',
  ]);
  for (const path of ['a !#', 'old']) p.remove(path);
  p.write('pipeline.yaml', `stages:\n${stage('newer', 'newer')}`);
  await p.repro();
  expect(p.read('.gitignore')).not.toContain('/old');
  expect(['new', 'newer'].filter((path) => ignored(p.root, path))).toEqual(['new', 'newer']);
});

it('nothing is written outside a repository, or when git ignores the outs already', () => {
  const plain = temporaryFolder();
  ignoreInGit(plain, ['a'], of('a'));
  expect(existsSync(join(plain, '.gitignore'))).toBe(false);
  const root = repository();
  writeFiles(root, { '.gitignore': '/artifacts/*\n' });
  ignoreInGit(root, ['artifacts/x'], of('artifacts/x'));
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('/artifacts/*\n');
});

it('a run warns once of cached outs that git tracks, and says what to do; a run with nothing to do does not look', async () => {
  const p = gitProject({
    'pipeline.yaml':
      'stages: {a: {cmd: "cp in \'a b\'; mkdir d; cp in d/x", deps: [in], outs: [a b, d]}, c: {cmd: cp in c, deps: [in], outs: [c]}}\n',
    in: 'one',
    'a b': 'old',
    'd/x': 'old',
  });
  p.commitAll('first');
  expect((await p.repro()).warnings).toEqual([
    "The outs a b, d are kept in the store, and git tracks them too. Take them out of git: git rm -r --cached 'a b' d (or leave them to git: cache: false)",
  ]);
  expect((await p.repro()).warnings).toEqual([]);
  p.git('rm', '-r', '-q', '--cached', 'a b', 'd');
  p.write('in', 'two');
  expect((await p.repro()).warnings).toEqual([]);
});
