import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { repository } from '../support/project.ts';
import { type RunnerProject, reproProcess, runnerProject, untilThere } from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ferment = `"${process.execPath}" "${join(repository, 'bin/ferment.js')}"`;

const PIPELINE = `
stages:
  a: {cmd: "touch a-began; until test -e a-go; do sleep 0.02; done; echo 1 > x", outs: [x]}
  s: {cmd: "touch s-began; until test -e s-go; do sleep 0.02; done; echo \${n} > t", outs: [t]}
  c: {cmd: "cat x t > z", deps: [x, t], outs: [z]}
  d: {cmd: cp t d, deps: [t], outs: [d]}
`;

/** One command is about to read what another one makes again: the first waits at `c`, the second is in the middle of `a`. */
async function twoCommands(): Promise<{
  readonly p: RunnerProject;
  readonly reader: ReturnType<typeof reproProcess>;
  readonly maker: ReturnType<typeof reproProcess>;
}> {
  const p = runnerProject({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'n: 1\n', 'a-go': '', 's-go': '' });
  await p.repro();
  p.remove('d');
  p.write('params.yaml', 'n: 2\n');
  for (const file of ['a-go', 'a-began', 's-go', 's-began']) p.remove(file);
  const reader = reproProcess(p.root);
  await untilThere(join(p.root, 's-began'));
  const maker = reproProcess(p.root, { force: true, targets: ['a'] });
  await untilThere(join(p.root, 'a-began'));
  expect(p.has('x')).toBe(false);
  p.write('s-go', '');
  await reader.seen('stage-waiting');
  return { p, reader, maker };
}

it('a stage waits for the other command that is making what it reads', async () => {
  const { p, reader, maker } = await twoCommands();
  p.write('a-go', '');
  expect(await maker.ended).toEqual({ a: 'ran' });
  expect(await reader.ended).toEqual({ a: 'unchanged', s: 'ran', c: 'ran', d: 'ran' });
  expect(p.read('z')).toBe('1\n2\n');
  expect(Object.values((await p.repro()).outcomes)).toEqual(Array(4).fill('unchanged'));
});

it('when that other command is killed, its old outs are back, and the stage goes on with them', async () => {
  const { p, reader, maker } = await twoCommands();
  maker.kill();
  await maker.ended;
  expect(await reader.ended).toEqual({ a: 'unchanged', s: 'ran', c: 'ran', d: 'ran' });
  expect(p.read('z')).toBe('1\n2\n');
});

it('what reads something else goes on meanwhile', async () => {
  const { p, reader, maker } = await twoCommands();
  await untilThere(join(p.root, 'd'));
  expect(p.has('x')).toBe(false);
  p.write('a-go', '');
  await Promise.all([maker.ended, reader.ended]);
  expect(p.read('z')).toBe('1\n2\n');
});

it('a command that fails while an input moves says so: that may be the cause', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {c: {cmd: "touch began; until test -e go; do sleep 0.02; done; cat x > z", deps: [x], outs: [z]}}\n',
    x: '1',
  });
  const ran = p.repro();
  await untilThere(join(p.root, 'began'));
  p.remove('x');
  p.write('go', '');
  expect((await ran).summary.error).toMatchObject({
    code: 'STAGE_FAILED',
    message:
      "Stage 'c' failed: its command exited with 1. x changed while it was running, which may be the cause.",
    hint: 'Run the same command again. What it wrote: ferment logs c',
  });
});

it('a stage whose own command runs the pipeline does not wait for itself, but other stages can be run', async () => {
  const p = cliProject({
    'pipeline.yaml': `
stages:
  own: {cmd: '${ferment} repro > said 2>&1; echo 1 > own', outs: [own]}
  after: {cmd: cp own after, deps: [own], outs: [after]}
  above: {cmd: '${ferment} repro -s after > told 2>&1; ${ferment} repro free; echo 1 > above', deps: [own], outs: [above]}
  below: {cmd: cp above below, deps: [above], outs: [below]}
  free: {cmd: echo 1 > free, outs: [free]}
`,
  });
  await p.ferment('repro', 'own', 'free');
  expect(p.read('said')).toContain(`error: Stage 'own' runs this command, which would wait for it to end.
In the command of 'own', name stages that do not need it: ferment repro STAGE
`);
  p.remove('said');
  const link = join(temporaryFolder(), 'link');
  symlinkSync(p.root, link);
  await p.ferment('repro', '-f', 'own', '--file', join(link, 'pipeline.yaml'));
  expect(p.read('said')).toContain("error: Stage 'own' runs this command");
  p.remove('free');
  const shown = await p.ferment('repro', 'above');
  expect(shown).toContain('restored   free');
  expect(p.read('told')).toContain('ran        after');
  expect(p.read('above')).toBe('1\n');
  p.write('pipeline.yaml', p.read('pipeline.yaml').replace('repro -s after > told', 'repro -s below > told'));
  await p.ferment('repro', 'above');
  expect(p.read('told')).toContain("error: Stage 'above' runs this command, which would wait for it to end.");
});

it('stages whose commands run each other in a circle do not wait for ever: the last one is told', async () => {
  const p = cliProject({
    'pipeline.yaml': `
stages:
  c: {cmd: '${ferment} repro d && echo 1 > c', outs: [c]}
  d: {cmd: '${ferment} repro e && echo 1 > d', outs: [d]}
  e: {cmd: '${ferment} repro c > told 2>&1 && echo 1 > e', outs: [e]}
`,
  });
  expect(await p.ferment('repro', 'c')).toContain('exit 1');
  expect(
    p.read('told'),
  ).toContain(`error: Stage 'c' runs this command by way of 'e', which would wait for it to end.
In the command of 'e', name stages that do not need 'c': ferment repro STAGE
`);
});

it('two stages that run at the same time, and each the other, do not wait for ever', async () => {
  const begun = 'until test -e a-began && test -e b-began; do sleep 0.02; done';
  const p = cliProject({
    'pipeline.yaml': `
stages:
  a: {cmd: 'touch a-began; ${begun}; ${ferment} repro b >> told 2>&1; echo 1 > a', outs: [a]}
  b: {cmd: 'touch b-began; ${begun}; ${ferment} repro a >> told 2>&1; echo 1 > b', outs: [b]}
`,
  });
  await p.ferment('repro', '--jobs', '2');
  expect(p.read('told')).toMatch(
    /error: Stage '(a|b)' runs this command, which would wait for stage '(a|b)', whose command waits for '\1'\./,
  );
  expect([p.read('a'), p.read('b')]).toEqual(['1\n', '1\n']);
  expect(readdirSync(join(p.root, '.ferment')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('a command within a stage waits for a stage that another command runs, when that does not wait for it', async () => {
  const p = cliProject({
    'pipeline.yaml': `
stages:
  slow: {cmd: 'touch began; until test -e go; do sleep 0.02; done; echo 1 > slow', outs: [slow]}
  above: {cmd: '${ferment} repro slow > told 2>&1; cat slow > above', outs: [above]}
`,
  });
  const slow = p.start('repro', 'slow');
  await untilThere(join(p.root, 'began'));
  const above = p.start('repro', 'above');
  await untilThere(join(p.root, 'told'));
  await expect.poll(() => p.read('told')).toContain("Stage 'slow' is held by process");
  p.write('go', '');
  expect(await slow.ended).toContain('exit 0');
  expect(await above.ended).toContain('exit 0');
  expect(p.read('above')).toBe('1\n');
});
