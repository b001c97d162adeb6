import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { gc, loadProject } from '../../src/runner/index.ts';
import { runnerProject } from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A file system of 4 MB, where this process may mount one. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}

it('on a full disk: NO_SPACE, no half object, the new outs stay, and with space the run need not be repeated', async (context) => {
  const disk = smallDisk();
  if (disk === undefined)
    return context.skip('mounting a small file system needs rights that this user has not');
  const p = runnerProject(
    {
      'pipeline.yaml':
        'stages: {s: {cmd: "head -c 1500000 /dev/zero | tr \'\\\\0\' x > big; echo x >> runs", outs: [big]}}\n',
      filler: 'x'.repeat(1_500_000),
    },
    disk,
  );
  const { summary, outcomes } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed' });
  expect(summary.error).toMatchObject({ code: 'NO_SPACE', exit: 4 });
  expect(p.read('big').length).toBe(1_500_000);
  const objects = execFileSync('find', [join(disk, '.ferment'), '-name', '*.tmp'], { encoding: 'utf8' });
  expect(objects).toBe('');
  rmSync(join(disk, 'filler'));
  const healed = await p.repro();
  expect([healed.outcomes, healed.warnings]).toEqual([{ s: 'unchanged' }, []]);
  p.remove('big');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect(p.read('runs')).toBe('x\n');
});

it.for<[string, string[]]>([
  ['out of the logs of old runs', []],
  ['where no log is left, out of what is loaded again at once', ['.ferment/logs', '.ferment/runs-log']],
])('gc makes room on a disk that is full to the last byte, %s', async ([, removed], context) => {
  const disk = smallDisk();
  if (disk === undefined)
    return context.skip('mounting a small file system needs rights that this user has not');
  const p = runnerProject(
    {
      'pipeline.yaml':
        'stages: {s: {cmd: "head -c 500000 /dev/zero | tr \'\\\\0\' $(cat in) > big", deps: [in], outs: [big]}}\n',
      in: 'a',
    },
    disk,
  );
  await p.repro();
  p.write('in', 'b');
  await p.repro();
  for (const path of removed) p.remove(path);
  // Loading keeps what it found; from here on nothing more finds room.
  const project = loadProject({ cwd: disk });
  execFileSync('sh', ['-c', 'dd if=/dev/zero of=filler bs=4k 2>/dev/null; true'], { cwd: disk });
  expect(() => writeFileSync(join(disk, 'more'), 'x')).toThrow('ENOSPC');
  const { deleted } = await gc(project, { keepRuns: 1 });
  expect(deleted).toMatchObject({ objects: 2, results: 1 });
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
});

it('a restore that does not fit changes nothing', async (context) => {
  const disk = smallDisk();
  if (disk === undefined)
    return context.skip('mounting a small file system needs rights that this user has not');
  const p = runnerProject(
    {
      'pipeline.yaml':
        'stages: {s: {cmd: "head -c 1000000 /dev/zero | tr \'\\\\0\' $(cat in) > big", deps: [in], outs: [big]}}\n',
      in: 'a',
    },
    disk,
  );
  await p.repro();
  p.write('in', 'b');
  await p.repro();
  p.write('filler', 'x'.repeat(700_000));
  p.write('in', 'a');
  const { summary } = await p.repro();
  expect(summary.error).toMatchObject({ code: 'NO_SPACE' });
  expect(p.read('big').startsWith('bbb')).toBe(true);
  p.remove('filler');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect(p.read('big').startsWith('aaa')).toBe(true);
});
