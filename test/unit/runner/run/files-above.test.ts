import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkout, loadProject } from '../../../../src/runner/index.ts';
import { gitProject } from '../../../support/git-project.ts';
import {
  type RunnerProject,
  reproProcess,
  runnerProject,
  untilThere,
} from '../../../support/runner-project.ts';

const load = (p: RunnerProject) => loadProject({ cwd: p.root });
const FILE = 'stages: {b: {cmd: echo A > x, outs: [x]}}\n';
const FOLDER = 'stages: {b: {cmd: "mkdir -p x; echo B > x/g", outs: [x/g]}}\n';
/** The command fails, or waits to be killed, once it has written. */
const broken = (end: string): string => FOLDER.replace('x/g"', `x/g; ${end}"`);

/** The stage ran when its out was a file; by now it is one in a folder of that name. */
async function changed(pipeline: string): Promise<RunnerProject> {
  const p = runnerProject({ 'pipeline.yaml': FILE });
  await p.repro();
  p.write('pipeline.yaml', pipeline);
  return p;
}

it('an out that was a file and is a folder of outs by now makes room, and comes back as a file', async () => {
  const p = await changed(FOLDER);
  expect((await p.repro({ dry: true })).outcomes).toEqual({ b: 'ran' });
  expect((await p.repro()).outcomes).toEqual({ b: 'ran' });
  expect(p.read('x/g')).toBe('B\n');
  p.write('pipeline.yaml', FILE);
  expect((await p.repro()).outcomes).toEqual({ b: 'restored' });
  p.write('pipeline.yaml', FOLDER);
  expect((await p.repro({ dry: true })).outcomes).toEqual({ b: 'restored' });
  expect((await p.repro()).outcomes).toEqual({ b: 'restored' });
  expect(p.read('x/g')).toBe('B\n');
});

it('it is back when the stage fails, and when it is killed', async () => {
  const p = await changed(broken('false'));
  expect((await p.repro()).outcomes).toEqual({ b: 'failed' });
  expect(p.read('x')).toBe('A\n');
  p.write('pipeline.yaml', broken('touch started; sleep 1000'));
  const victim = reproProcess(p.root);
  await untilThere(join(p.root, 'started'));
  expect(p.read('x/g')).toBe('B\n');
  victim.kill();
  await victim.ended;
  p.write('pipeline.yaml', FILE);
  expect((await p.repro()).outcomes).toEqual({ b: 'unchanged' });
});

it('it does not come back over what another stage wrote below it meanwhile', async () => {
  const b = 'b: {cmd: "mkdir -p x; touch x/g; until test -e x/h; do sleep 0.02; done; false", outs: [x/g]}';
  const c = 'c: {cmd: "mkdir -p x; echo C > x/h", outs: [x/h]}';
  const p = await changed(`stages: {${b}, ${c}}\n`);
  expect((await p.repro({ keepGoing: true, jobs: 2 })).outcomes).toEqual({ b: 'failed', c: 'ran' });
  expect([p.has('x/g'), p.read('x/h')]).toEqual([false, 'C\n']);
  p.write('pipeline.yaml', FILE);
  expect((await p.repro()).outcomes).toEqual({ b: 'restored' });
});

it('a file that no stage has made as it is stays, and the error says what to do; a dry run says the same', async () => {
  const p = await changed(FOLDER);
  p.write('x', 'mine');
  for (const dry of [true, false]) {
    const { summary } = await p.repro({ dry, force: true });
    expect(summary.error).toMatchObject({
      code: 'BAD_PATH',
      message: "Stage 'b' writes x/g, but x is a file where a folder must be.",
      hint: 'Move x away (no stage is known to have made it as it is), or correct the path.',
    });
  }
  expect(p.read('x')).toBe('mine');
});

it('checkout goes from a commit with the file to one with the folder and back, and stops at a file of others', async () => {
  const p = gitProject({ 'pipeline.yaml': FILE });
  await p.repro();
  p.commitAll('file');
  p.write('pipeline.yaml', FOLDER);
  await p.repro();
  p.commitAll('folder');
  p.git('checkout', '-q', 'HEAD~1');
  expect((await checkout(load(p))).changed).toEqual([{ path: 'x', change: 'M' }]);
  p.git('checkout', '-q', 'main');
  expect((await checkout(load(p))).changed).toEqual([
    { path: 'x/g', change: 'A' },
    { path: 'x', change: 'D' },
  ]);
  p.remove('x');
  p.write('x', 'mine');
  await expect(checkout(load(p), { force: true })).rejects.toMatchObject({ code: 'BAD_PATH' });
  expect(p.read('x')).toBe('mine');
  p.write('x', 'A\n');
  expect((await checkout(load(p), { targets: ['b'] })).changed).toEqual([{ path: 'x/g', change: 'A' }]);
});
