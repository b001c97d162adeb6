import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { lastingDamage } from '../support/lasting-damage.ts';
import { repository } from '../support/project.ts';
import { builtProgram, reproProcess, runnerProject, untilThere } from '../support/runner-project.ts';

it('gc says what it would delete and whose it was, refuses without a terminal and --force, and deletes', async () => {
  const p = cliProject({
    'pipeline.yaml': `stages:
  make: {cmd: cp in out.txt, deps: [in], outs: [out.txt]}
  folder: {cmd: mkdir f && cp out.txt f/a && echo > f/b, deps: [out.txt], outs: [f]}
`,
    in: 'first\n',
  });
  await p.ferment('repro');
  p.write('in', 'second\n');
  await p.ferment('repro');
  const shown = async (...args: string[]): Promise<string> =>
    (await p.ferment('gc', ...args)).replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'YYYY-MM-DD HH:MM');
  expect(await shown()).toMatchInlineSnapshot(`
    "exit 0
    Kept: 5 objects and 4 results that can be reached (pipeline.lock, no git repository, the last 2 runs).
    Nothing to delete."
  `);
  const withoutRuns = ['--keep-runs', '0'];
  expect(await shown(...withoutRuns, '--dry')).toMatch(/would be deleted\. Nothing was\.$/);
  const asked = await shown(...withoutRuns);
  expect(asked.replace(/\d+ run record.*/, 'RECORDS').replace(/ {2,}/g, '  ')).toMatchInlineSnapshot(`
    "exit 2
    Kept: 3 objects and 2 results that can be reached (pipeline.lock, no git repository, no run).

    To delete  results  objects  size  last  paths
    folder  1  1  197 B  YYYY-MM-DD HH:MM  f
    make  1  1  6 B  YYYY-MM-DD HH:MM  out.txt
    1 log  0 B
    RECORDS
    ! error: ferment gc asks before it goes on, and this is no terminal.
    What it would do is printed above; to do that without being asked, add --force to the command as you gave it."
  `);
  const result = JSON.parse(await p.json(0, 'gc', ...withoutRuns, '--force', '--json')) as {
    deleted: unknown;
    plan: { results: { stage: string; outs: { path: string }[] }[] };
  };
  expect(result.deleted).toMatchObject({ objects: 2, results: 2 });
  expect(result.plan.results.map(({ stage, outs }) => [stage, outs[0]?.path])).toEqual([
    ['folder', 'f'],
    ['make', 'out.txt'],
  ]);
  expect(await shown('--force')).toMatch(/Nothing to delete\.$/);
  p.write('in', 'first\n');
  expect(await p.ferment('repro', '--dry')).toContain('would run');
});

it('kill -9 at any instant of a sweep beside a run: what the lock names can be restored, and the next sweep cleans up', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "mkdir a && for i in 1 2 3 4 5 6 7 8; do cat in > a/$i; echo $i >> a/$i; done", deps: [in], outs: [a]}
  b: {cmd: cat a/1 a/2 > b, deps: [a], outs: [b]}
`,
    in: '',
  });
  await p.repro();
  const rounds = 5;
  for (let i = 0; i < rounds; i++) {
    p.write('in', `${i % 3}\n`);
    const run = reproProcess(p.root);
    const sweeper = spawn(process.execPath, [builtProgram('sweep-process'), p.root, '1000'], {
      cwd: repository,
    });
    // The instants differ by themselves: how fast both begin does.
    await Promise.race([untilThere(join(p.root, '.ferment/sweeper')), run.ended]);
    await pause((i * 7) % 50);
    sweeper.kill('SIGKILL');
    await once(sweeper, 'close');
    await run.ended;
    expect((await p.repro()).summary.ok).toBe(true);
    expect(await lastingDamage(p.root), `round ${i}`).toEqual([]);
    expect(p.read('b')).toBe(`${i % 3}\n1\n${i % 3}\n2\n`);
    expect(readdirSync(join(p.root, '.ferment')).includes('sweeper')).toBe(false);
  }
});
