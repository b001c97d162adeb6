import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkout, loadProject, logs } from '../../src/runner/index.ts';
import { runCommand } from '../../src/runner/run/command.ts';
import { flushToDisk } from '../../src/runner/run/flush.ts';
import {
  type RunnerProject,
  reproProcess,
  runnerProject,
  untilGone,
  untilThere,
} from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A folder on another file system than the temporary ones, if this machine has one. */
function elsewhere(): string | undefined {
  const memory = statSync('/dev/shm', { throwIfNoEntry: false });
  if (memory === undefined || memory.dev === statSync(temporaryFolder()).dev) return undefined;
  const folder = mkdtempSync('/dev/shm/ferment-test-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesBelow(folder: string): string[] {
  return execFileSync('find', [folder, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
}

it('old outs that cannot come back at once are not lost: the error says why, and the next command brings them', async () => {
  const outside = temporaryFolder();
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: "mkdir -p d && cp in d/o && test $(cat in) = good || { rm -r d; ln -s $OUTSIDE d; exit 1; }"
    deps: [in]
    outs: [d/o]
    retries: 2
  t: {cmd: echo 1 > t, outs: [t]}
`.replace('$OUTSIDE', outside),
    in: 'good',
  });
  await p.repro();
  p.write('in', 'bad');
  const { summary, outcomes } = await p.repro({ keepGoing: true });
  expect(outcomes['s']).toBe('failed');
  expect(summary.error?.code).toBe('BAD_PATH');
  expect(summary.error?.message).toContain(
    "Stage 's' failed: its command exited with 1. Its old outs cannot be brought back yet: d/o goes through a link",
  );
  // It holds up that stage only.
  p.remove('t');
  expect((await p.repro({ targets: ['t'] })).outcomes).toEqual({ t: 'restored' });
  expect(readdirSync(outside)).toEqual([]);
  rmSync(join(p.root, 'd'));
  p.write('in', 'good');
  const healed = await p.repro();
  expect(healed.outcomes).toEqual({ s: 'unchanged', t: 'unchanged' });
  expect(healed.warnings).toEqual(["An earlier run of stage 's' ended badly: its old outs are back."]);
  expect(p.read('d/o')).toBe('good');
  expect(readdirSync(join(p.root, '.ferment/aside'))).toEqual([]);
});

it('a project that was moved after a kill gets its old outs back all the same', async () => {
  const home = temporaryFolder();
  const before = join(home, 'before');
  mkdirSync(before);
  const p = runnerProject(
    {
      'pipeline.yaml':
        'stages: {s: {cmd: "echo new > o; touch started; test $(cat in) = 1 || sleep 1000", deps: [in], outs: [o]}}\n',
      in: '1',
    },
    before,
  );
  await p.repro();
  p.write('o', 'mine\n');
  p.write('in', '2');
  p.remove('started');
  const victim = reproProcess(p.root);
  await untilThere(join(p.root, 'started'));
  victim.kill();
  await victim.ended;
  const after = join(home, 'after');
  renameSync(before, after);
  const moved = runnerProject({}, after);
  moved.write('in', '1');
  await moved.repro({ dry: true });
  expect(moved.read('o')).toBe('mine\n');
});

it('the state folder may be a link to another file system', async (context) => {
  const other = elsewhere();
  if (other === undefined) return context.skip('there is no second file system here');
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "mkdir o; cp in o/x; echo 1 > c; test $(cat in) != bad", deps: [in], outs: [o], checkpoints: [c]}}\n',
    in: '1',
  });
  symlinkSync(other, join(p.root, '.ferment'));
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  p.write('in', '2');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  p.write('in', 'bad');
  expect((await p.repro()).outcomes).toEqual({ s: 'failed' });
  expect([p.read('o/x'), p.has('c')]).toEqual(['2', false]);
  p.write('in', '1');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect(readdirSync(p.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('a checkpoint for which there is no room stays where it is, and the old outs come back', async (context) => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      cp in o
      test -e c || { head -c 3000000 /dev/zero > c; exit 1; }
    deps: [in]
    outs: [o]
    checkpoints: [c]
`,
    in: '1',
  });
  const state = join(p.root, '.ferment');
  mkdirSync(state);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', state], { stdio: 'pipe' });
  } catch {
    return context.skip('mounting a small file system needs rights that this user has not');
  }
  onTestFinished(() => void execFileSync('umount', ['-l', state]));
  p.write('o', 'old');
  const { summary } = await p.repro();
  expect(summary.error?.code).toBe('NO_SPACE');
  expect([p.read('o'), p.read('c').length]).toEqual(['old', 3_000_000]);
  execFileSync('mount', ['-o', 'remount,size=20m', state]);
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect([p.read('o'), p.has('c')]).toEqual(['1', false]);
});

it('a command that cannot be put on record does not go on', async () => {
  const folder = temporaryFolder();
  let leader = 0;
  const run = runCommand('/bin/sh', ['-c', 'sleep 1000'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    signal: undefined,
    timeoutMs: undefined,
    onStart: (pid) => {
      leader = pid;
      throw new Error('no room for the journal');
    },
    onOutput: () => {},
    onMessage: () => {},
    onWarning: () => {},
  });
  await expect(run).rejects.toThrow('no room for the journal');
  await untilGone(leader);
});

it('a parameter that changes while a command may read its file: not cached; a module has its values from us', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s: {cmd: "echo 'k: 2' > params.yaml; echo $(cat params.yaml) > o", params: [k], outs: [o]}
  other: {cmd: "printf 'k: 2\\nunused: 9\\n' > params.yaml; echo 1 > p", params: [k], deps: [o], outs: [p]}
`,
    'params.yaml': 'k: 1\n',
  });
  const { warnings } = await p.repro({ jobs: 1 });
  expect(warnings).toEqual([
    'params.yaml changed while the stage was running: the result is not cached, and the stage stays stale.',
    'params.yaml changed while the stage was running: the result is not cached, and the stage stays stale.',
  ]);
  p.write('params.yaml', 'k: 2\n');
  expect((await p.repro({ jobs: 1 })).warnings).toEqual([]);
  p.write('params.yaml', 'k: 1\n');
  expect((await p.repro({ dry: true })).outcomes['s']).toBe('ran');
});

it('an input that is edited in the tick of the clock in which it was hashed has moved, too', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {first: {cmd: echo 1 > f, outs: [f]}, s: {cmd: cp in o, deps: [in, f], outs: [o]}}\n',
    in: 'a',
  });
  for (let i = 0; i < 5; i++) {
    const { warnings } = await p.repro({
      force: true,
      onEvent: (event) => {
        if (event.type === 'stage-end' && event.stage === 'first') p.write('in', 'a');
        if (event.type === 'stage-decided' && event.stage === 's') p.write('in', 'b');
      },
    });
    expect(warnings).toEqual([
      'in changed while the stage was running: the result is not cached, and the stage stays stale.',
    ]);
  }
});

it('an input that cannot even be looked at after the run has moved', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "cp in o; rm in; mkfifo in", deps: [in], outs: [o]}}\n',
    in: '1',
    o: 'mine',
  });
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'ran' });
  expect(warnings[0]).toContain('in changed while the stage was running');
  expect(p.read('o')).toBe('1');
});

it('a result that took long is on disk before it is named, also where sync knows no -f', async () => {
  const folder = temporaryFolder();
  const path = process.env['PATH'] ?? '';
  writeFileSync(join(folder, 'sync'), `#!/bin/sh\necho "$@" >> ${folder}/calls\ntest $# = 0\n`, {
    mode: 0o755,
  });
  process.env['PATH'] = `${folder}:${path}`;
  try {
    await flushToDisk(['/a', '/b']);
    process.env['PATH'] = folder;
    rmSync(join(folder, 'sync'));
    await flushToDisk(['/a']);
  } finally {
    process.env['PATH'] = path;
  }
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('-f /a /b\n\n');
});

it('the latest run is the latest also where the clock was set back', async () => {
  const p = runnerProject({ 'pipeline.yaml': 'stages: {s: {cmd: "echo now; echo $$ > o", outs: [o]}}\n' });
  const old = join(p.root, '.ferment/logs/20990101T000000Z-aaaaaa');
  mkdirSync(old, { recursive: true });
  writeFileSync(join(old, 's.log'), 'from the future\n');
  for (let i = 0; i < 120; i++)
    mkdirSync(join(p.root, `.ferment/logs/20980101T000${String(i).padStart(3, '0')}Z-a`));
  await p.repro();
  await p.repro({ force: true });
  expect(logs(loadProject({ cwd: p.root }), 's')?.text).toBe('now\n');
});

function persistent(): RunnerProject {
  return runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "cat in >> o; test $(cat in) != bad", deps: [in], outs: [o: {persist: true}], retries: 0}}\n',
    in: 'good',
  });
}

it('an out that persists stays as a failed command left it, and what the last success left can be had', async () => {
  const p = persistent();
  await p.repro();
  p.write('in', 'bad');
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed' });
  expect(p.read('o')).toBe('goodbad');
  expect(warnings).toEqual([
    'o persists: it stays as the failed command left it. What the last success left is in the store: ferment checkout --force s',
  ]);
  p.write('in', 'fine');
  expect((await p.repro({ dry: true })).outcomes).toEqual({ s: 'ran' });
  await checkout(loadProject({ cwd: p.root }), { targets: ['s'], force: true });
  expect(p.read('o')).toBe('good');
});

it('what the last success left of an out that persists is stored before the next run, if it was not yet', async () => {
  const p = persistent();
  await p.repro();
  for (const file of filesBelow(join(p.root, '.ferment/objects'))) rmSync(file);
  p.write('in', 'bad');
  await p.repro();
  await checkout(loadProject({ cwd: p.root }), { force: true });
  expect(p.read('o')).toBe('good');
});

it('an out that persists is confined to the project like all others', async () => {
  const outside = temporaryFolder();
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: echo 1 > link/deep/o, outs: [link/deep/o: {persist: true}]}}\n',
  });
  symlinkSync(outside, join(p.root, 'link'));
  const { summary } = await p.repro();
  expect(summary.error?.code).toBe('BAD_PATH');
  expect(readdirSync(outside)).toEqual([]);
});

it('a hard link between a dep and an out: restoring the out leaves the dep alone', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "ln in o; echo > run", deps: [in], outs: [o]}}\n',
    in: '1',
  });
  await p.repro();
  p.remove('in');
  p.write('in', '2');
  await p.repro();
  expect(statSync(join(p.root, 'o')).ino).toBe(statSync(join(p.root, 'in')).ino);
  p.remove('in');
  p.write('in', '1');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  p.write('o', 'edited in place');
  expect(p.read('in')).toBe('1');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect([p.read('o'), p.read('in')]).toEqual(['1', '1']);
});

it('an out that is a link is replaced, and what it leads to is left alone', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "cp in o; test $(cat in) != bad", deps: [in], outs: [o]}}\n',
    in: '1',
    real: 'precious',
  });
  symlinkSync('real', join(p.root, 'o'));
  p.write('in', 'bad');
  await p.repro();
  expect(p.read('o')).toBe('precious');
  p.write('in', '2');
  await p.repro();
  expect([p.read('o'), p.read('real')]).toEqual(['2', 'precious']);
  expect(basename(dirname(join(p.root, 'o')))).toBe(basename(p.root));
});
