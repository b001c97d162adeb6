import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { DiagnosticsError } from '../../src/kit/index.ts';
import { type RunnerProject, runnerProject } from '../support/runner-project.ts';

/** A project with a folder `real`, and `link` that leads there. */
function linked(pipeline: string): RunnerProject {
  const p = runnerProject({ 'pipeline.yaml': pipeline, 'real/keep': '', 'in.txt': '1\n' });
  symlinkSync('real', join(p.root, 'link'));
  return p;
}

async function messagesOf(p: RunnerProject): Promise<readonly string[]> {
  try {
    await p.repro();
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    return error.diagnostics.map(({ line, message }) => `${line}: ${message}`);
  }
}

it('two stages that write one path, one of them through a link, are refused', async () => {
  const p = linked(`
stages:
  a: {cmd: echo a > real/x, outs: [real/x]}
  b: {cmd: echo b > link/x, outs: [link/x]}
  c: {cmd: mkdir -p real/d/e, outs: [real/d]}
  d: {cmd: mkdir -p link/d/e, checkpoints: [link/d/e]}
`);
  expect(await messagesOf(p)).toEqual([
    "4: Stages 'a' and 'b' both write 'link/x' (through a link: it is 'real/x').",
    "6: 'link/d/e' (checkpoint of 'd') lies inside 'real/d' (out of 'c') (through a link: it is 'real/d/e').",
  ]);
});

it('a stage that reads through a link what another writes runs after it, by path, folder and pattern', async () => {
  const p = linked(`
stages:
  path: {cmd: cat link/x > path.txt, deps: [link/x], outs: [path.txt]}
  folder: {cmd: cat link/x > folder.txt, deps: [link], outs: [folder.txt]}
  glob: {cmd: cat link/* > glob.txt, deps: ["link/x*"], outs: [glob.txt]}
  write: {cmd: cat in.txt > real/x, deps: [in.txt], outs: [real/x]}
`);
  const ran = { path: 'ran', folder: 'ran', glob: 'ran', write: 'ran' };
  expect((await p.repro()).outcomes).toEqual(ran);
  p.write('in.txt', '2\n');
  expect((await p.repro()).outcomes).toEqual(ran);
  expect(['path', 'folder', 'glob'].map((name) => p.read(`${name}.txt`))).toEqual(['2\n', '2\n', '2\n']);
});

it('a link that one stage writes and that leads to what another writes is read from both', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  read: {cmd: cat latest/x > out.txt, deps: [latest], outs: [out.txt]}
  point: {cmd: ln -s runs/1 latest, deps: [runs/1], outs: [latest]}
  write: {cmd: mkdir -p runs/1 && cp in.txt runs/1/x, deps: [in.txt], outs: [runs/1]}
`,
    'in.txt': '1\n',
  });
  await p.repro();
  p.write('in.txt', '2\n');
  expect((await p.repro()).outcomes).toMatchObject({ read: 'ran', write: 'ran' });
  expect(p.read('out.txt')).toBe('2\n');
});

it('a path that leaves the project and comes back is one of the project', async () => {
  const p = runnerProject({ 'in.txt': '1\n' });
  const folder = basename(p.root);
  p.write(
    'pipeline.yaml',
    `
stages:
  read: {cmd: cat mid > out, deps: ["../${folder}/mid"], outs: ["../${folder}/out"]}
  write: {cmd: cat in.txt > mid, deps: ["../${folder}/in.t*"], outs: [mid]}
`,
  );
  expect((await p.repro()).outcomes).toEqual({ read: 'ran', write: 'ran' });
  p.write('in.txt', '2\n');
  expect((await p.repro()).outcomes).toEqual({ read: 'ran', write: 'ran' });
  expect(p.read('out')).toBe('2\n');
});
