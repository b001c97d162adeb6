import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Hasher } from '../../../../src/runner/hash/hasher.ts';
import { walkTree } from '../../../../src/runner/hash/walk.ts';
import { startWalkHelper } from '../../../../src/runner/hash/walk-helper.ts';
import { rulesInside } from '../../../../src/runner/ignore/dvcignore.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { buildWalkThread } from '../../../support/walk-thread.ts';

const files = {
  '.dvcignore': '*.log\n!keep.log\nlogs/\n',
  '.gitignore': '*\n',
  'data/.gitignore': '*\n',
  'data/a.txt': 'a',
  'data/x.log': 'x',
  'data/keep.log': 'k',
  'data/logs/y.txt': 'y',
  'data/sub/.dvcignore': '/only.bin\n',
  'data/sub/only.bin': 'o',
  'data/sub/z.log': 'z',
  'data/sub/deep/only.bin': 'd',
};

function hasherOf(root: string): Hasher {
  return new Hasher(root, join(root, '.ferment'));
}

it('what .dvcignore names is no content of a folder; .gitignore does not count', () => {
  const root = temporaryFolder();
  writeFiles(root, files);
  symlinkSync('nowhere', join(root, 'data/broken.log'));
  const hasher = hasherOf(root);
  expect([...(hasher.look('data')?.names ?? [])].sort()).toEqual([
    '.gitignore',
    'a.txt',
    'keep.log',
    'sub/.dvcignore',
    'sub/deep/only.bin',
  ]);
  expect([...hasher.ignoredIn('data')].sort()).toEqual([
    'broken.log',
    'logs',
    'sub/only.bin',
    'sub/z.log',
    'x.log',
  ]);
  expect(hasher.look('data/logs')?.names).toEqual(['y.txt']);
  expect(hasher.look('data/x.log')?.count).toBe(1);
});

it('an edit of what is ignored changes nothing, one of the rules shows, also where much is remembered', async () => {
  const root = temporaryFolder();
  writeFiles(root, files);
  const digest = async (): Promise<string | undefined> => (await hasherOf(root).content('data'))?.digest;
  const before = await digest();
  for (const path of [
    'data/x.log',
    'data/sub/z.log',
    'data/logs/y.txt',
    'data/sub/only.bin',
    'data/logs/new',
  ])
    writeFileSync(join(root, path), 'edited');
  expect(await digest()).toBe(before);
  const hasher = hasherOf(root);
  expect((await hasher.content('data'))?.digest).toBe(before);
  writeFileSync(join(root, '.dvcignore'), '');
  expect(await digest()).not.toBe(before);
  hasher.forget();
  expect((await hasher.content('data'))?.digest).toBe(await digest());
  writeFileSync(join(root, '.dvcignore'), files['.dvcignore']);
  expect(await digest()).toBe(before);
});

it('a folder outside the project has no rules', () => {
  const root = temporaryFolder();
  writeFiles(root, { 'p/.dvcignore': '*.log\n', 'o/.dvcignore': '*.log\n', 'o/x.log': '' });
  expect([...(hasherOf(join(root, 'p')).look('../o')?.names ?? [])].sort()).toEqual(['.dvcignore', 'x.log']);
});

it('a thread that helps leaves folders with a .dvcignore to the walk', async () => {
  const root = temporaryFolder();
  const thread = await buildWalkThread();
  for (const folder of ['a', 'b', 'c', 'd']) {
    mkdirSync(join(root, folder));
    for (let i = 0; i < 60; i++) writeFileSync(join(root, folder, `${'long-'.repeat(20)}${i}.log`), '');
    writeFileSync(join(root, folder, 'keep'), '');
    if (folder !== 'b') writeFileSync(join(root, folder, '.dvcignore'), '*.log\n');
  }
  const alone = walkTree(root, root, { rulesInside });
  expect(alone.count).toBe(60 + 4 + 3);
  for (let round = 0; round < 3; round++) {
    const shared = walkTree(root, root, { rulesInside, helper: startWalkHelper(thread) });
    expect(shared.names).toEqual(alone.names);
  }
});
