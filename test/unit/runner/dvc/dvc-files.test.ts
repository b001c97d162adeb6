import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEqual } from '../../../../src/runner/dvc/compare-stage.ts';
import { findDvcFolder } from '../../../../src/runner/dvc/dvc-folder.ts';
import { parseDvcLock } from '../../../../src/runner/dvc/dvc-lock.ts';
import { listAsDvc } from '../../../../src/runner/dvc/dvcignore.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

it('a lock of DVC 1 has its stages at the top, one of DVC 2 and 3 under stages', () => {
  const entry = `{cmd: [a, b], deps: [{path: x, md5: ${MD5}}], outs: [{path: y, md5: ${MD5}.dir, hash: md5}]}`;
  const first = parseDvcLock(`train: ${entry}\n`, 'dvc.lock');
  const third = parseDvcLock(`schema: '2.0'\nstages:\n  train: ${entry}\n`, 'dvc.lock');
  expect(first).toEqual(third);
  expect(first.entries.get('train')).toEqual({
    cmd: ['a', 'b'],
    deps: [{ path: 'x', content: { md5: MD5, isFolder: false, legacy: true }, executable: false }],
    outs: [{ path: 'y', content: { md5: MD5, isFolder: true, legacy: false }, executable: false }],
    params: {},
  });
});

it('a damaged entry is told and passed over, the others are read', () => {
  const { entries, warnings } = parseDvcLock(
    "schema: '2.0'\nstages:\n  a: {cmd: 7}\n  b: {cmd: x, outs: [{md5: 1}]}\n  c: {cmd: x}\n",
    'dvc.lock',
  );
  expect([...entries.keys()]).toEqual(['c']);
  expect(warnings).toEqual([
    "dvc.lock: the entry of 'a' is damaged.",
    "dvc.lock: the entry of 'b' is damaged.",
  ]);
  expect(parseDvcLock('<<<<<<< ours\na: 1\n=======\n', 'dvc.lock').warnings).toEqual([
    'dvc.lock is damaged or has merge conflicts.',
  ]);
});

it('no text of a lock makes reading it fail', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('schema: "2.0"\n', 'stages:\n', '  a: {cmd: x, ', 'outs: [', ']}'),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      parseDvcLock(words.join(''), 'dvc.lock');
    }),
  );
});

it('the cache is where the last of the settings that has one says, relative to its file', () => {
  const root = temporaryFolder();
  const [user, machine] = [temporaryFolder(), temporaryFolder()];
  const env = { DVC_GLOBAL_CONFIG_DIR: user, DVC_SYSTEM_CONFIG_DIR: machine };
  mkdirSync(join(root, '.dvc'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  expect(findDvcFolder(join(root, 'a/b'), env)).toEqual({ root, cache: join(root, '.dvc/cache') });
  writeFiles(machine, { config: '[cache]\ndir = /machine\n' });
  expect(findDvcFolder(root, env)?.cache).toBe('/machine');
  writeFiles(user, { config: '[core]\ndir = /no\n["cache"]\n    dir = "/user # 1"  # for all\n' });
  expect(findDvcFolder(root, env)?.cache).toBe('/user # 1');
  writeFiles(root, {
    '.dvc/config': '[core]\n    remote = r\n[cache]\n    type = symlink\n    dir = ../../c\n',
  });
  expect(findDvcFolder(root, env)?.cache).toBe(join(root, '../c'));
  writeFiles(root, { '.dvc/config.local': '[cache]\n    dir = mine\n' });
  expect(findDvcFolder(root, env)?.cache).toBe(join(root, '.dvc/mine'));
});

it("a folder's files are those that DVC sees: without what .dvcignore names, and without linked folders", () => {
  const root = temporaryFolder();
  writeFiles(root, {
    '.dvcignore': '*.tmp\n/data/out\n!keep.tmp\n# *.txt\n',
    'data/.dvcignore': 'sub/*.log\n',
    'data/a.txt': '',
    'data/x.tmp': '',
    'data/keep.tmp': '',
    'data/out/b.txt': '',
    'data/sub/c.log': '',
    'data/sub/deep/d.log': '',
    'data/sub/.dvcignore': 'only/\n',
    'data/sub/only/e.txt': '',
    'data/__pycache__/f.pyc': '',
    'data/.git/g': '',
    'other/h.txt': '',
  });
  symlinkSync('../other', join(root, 'data/linked'));
  symlinkSync('../other/h.txt', join(root, 'data/h.txt'));
  expect(listAsDvc(root, join(root, 'data')).sort()).toEqual([
    '.dvcignore',
    '__pycache__/f.pyc',
    'a.txt',
    'h.txt',
    'keep.tmp',
    'sub/.dvcignore',
    'sub/deep/d.log',
  ]);
  expect(listAsDvc(root, join(root, 'data/out'))).toEqual([]);
  expect(listAsDvc(root, join(root, 'other'))).toEqual(['h.txt']);
});

it('values are equal as in Python: true is 1, an order of keys is none', () => {
  expect(isEqual({ a: [1, true], b: null }, { b: null, a: [true, 1] })).toBe(true);
  for (const [a, b] of [
    [1, '1'],
    [null, 0],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    [{}, []],
  ])
    expect(isEqual(a, b)).toBe(false);
});
