import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fsck, gc, loadProject } from '../../../../src/runner/index.ts';
import { gitProject } from '../../../support/git-project.ts';
import { lastingDamage } from '../../../support/lasting-damage.ts';
import { repository } from '../../../support/project.ts';
import { builtProgram, type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

const load = (p: RunnerProject) => loadProject({ cwd: p.root });

it('a result that a command came to need while a person was asked stays', async () => {
  const p = gitProject({
    'pipeline.yaml': 'stages: {s: {cmd: cp in o, deps: [in], outs: [o]}}',
    in: 'old\n',
  });
  await p.repro();
  p.write('in', 'new\n');
  await p.repro();
  const confirm = async (): Promise<boolean> => {
    p.write('in', 'old\n');
    expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
    return true;
  };
  await gc(load(p), { keepRuns: 0, confirm });
  p.remove('o');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
});

it('what a command writes a name for after it was taken is put back', async () => {
  const p = gitProject({
    'pipeline.yaml': 'stages: {s: {cmd: mkdir o && cp in o/a && cp in o/b, deps: [in], outs: [o]}}',
    in: 'old\n',
  });
  await p.repro();
  p.write('lock-of-old.txt', p.read('pipeline.lock'));
  p.write('in', 'new\n');
  await p.repro();
  // Git, but at its third list of commits, when all is in the trash, another command writes its lock.
  const { PATH = '' } = process.env;
  p.write(
    'bin/git',
    `#!/bin/sh
cd ${p.root}
case "$*" in *rev-list*) echo >> calls; test "$(wc -l < calls)" -ne 3 || cp lock-of-old.txt pipeline.lock;; esac
PATH="${PATH}" exec git "$@"
`,
  );
  chmodSync(join(p.root, 'bin/git'), 0o755);
  process.env['PATH'] = `${join(p.root, 'bin')}:${PATH}`;
  onTestFinished(() => {
    process.env['PATH'] = PATH;
  });
  const { deleted, putBack } = await gc(load(p), { keepRuns: 0 });
  // The entry, the manifest and the file.
  expect({ deleted, putBack }).toMatchObject({ deleted: { objects: 0, results: 0 }, putBack: 3 });
  p.write('in', 'old\n');
  p.remove('o');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
});

it('a command whose objects were swept before it named them stores them again', async () => {
  // `b` makes what `a` made, and in its midst the store is swept while nothing names it.
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: echo same > a.txt, deps: [in], outs: [a.txt]}
  b:
    cmd: |
      rm pipeline.lock
      ${process.execPath} ${builtProgram('sweep-process')} . 1
      cp a.txt b.txt
    deps: [a.txt]
    outs: [b.txt]
`,
    in: '1',
  });
  expect((await p.repro()).outcomes).toEqual({ a: 'ran', b: 'ran' });
  expect((await fsck(load(p), { dry: true })).findings).toEqual([]);
  p.remove('b.txt');
  expect((await p.repro({ targets: ['b'], singleItem: true })).outcomes).toEqual({ b: 'restored' });
});

it('runs and sweeps at the same time: whatever a lock names can be restored', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "mkdir a && for i in 1 2 3 4 5; do cat in > a/$i; done", deps: [in], outs: [a]}
  b: {cmd: cat a/1 a/2 > b, deps: [a], outs: [b]}
`,
    in: '',
  });
  await p.repro();
  const sweeper = spawn(process.execPath, [builtProgram('sweep-process'), p.root, '30'], {
    cwd: repository,
    stdio: 'inherit',
  });
  let isOver = false;
  const ended = new Promise<number | null>((resolve) =>
    sweeper.once('close', (code) => {
      isOver = true;
      resolve(code);
    }),
  );
  for (let i = 0; !isOver; i++) {
    p.write('in', `${i % 3}\n`);
    expect((await p.repro()).summary.ok).toBe(true);
    expect(await lastingDamage(p.root)).toEqual([]);
    expect(p.read('b')).toBe(`${i % 3}\n`.repeat(2));
  }
  expect(await ended).toBe(0);
  const trash = join(p.root, '.ferment/trash');
  expect(existsSync(trash) ? readdirSync(trash) : []).toEqual([]);
});
