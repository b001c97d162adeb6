import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { gitProject } from '../support/git-project.ts';

it('checkout prints what came, changed and went, as lines and as JSON', async () => {
  const g = gitProject({
    'pipeline.yaml': 'stages: {a: {cmd: cp in a.txt, deps: [in], outs: [a.txt]}}\n',
    in: 'one\n',
  });
  const p = cliProject({}, g.root);
  await p.ferment('repro');
  g.commitAll('old');
  p.write('in', 'two\n');
  p.write(
    'pipeline.yaml',
    'stages: {a: {cmd: cp in a.txt, deps: [in], outs: [a.txt]}, b: {cmd: cp in b.txt, deps: [in], outs: [b.txt]}}\n',
  );
  await p.ferment('repro');
  g.commitAll('new');
  g.git('checkout', '-q', 'HEAD~1');
  expect(await p.ferment('checkout')).toBe('exit 0\nM\ta.txt\nD\tb.txt');
  g.git('checkout', '-q', 'main');
  expect(JSON.parse(await p.json(0, 'checkout', '--json'))).toEqual({
    changed: [
      { path: 'a.txt', change: 'M' },
      { path: 'b.txt', change: 'A' },
    ],
    neverRun: [],
    missing: [],
    left: [],
  });
  p.write('a.txt', 'mine');
  p.write('b.txt', 'mine');
  expect(await p.ferment('checkout')).toMatchInlineSnapshot(`
    "exit 2
    ! error: These outs have changes that are not in the store: a.txt, b.txt.
    Move them away to keep them, or give --force to replace them. To take them as the result: ferment commit"
  `);
});

it('checkout says of stages without a result that they stay, of one and of two', async () => {
  const p = cliProject({ 'pipeline.yaml': 'stages: {a: {cmd: x}}\n' });
  expect(await p.ferment('checkout')).toBe(
    'exit 0\nNothing to put back.\n! 1 stage has no result yet and stays as it is.',
  );
  p.write('pipeline.yaml', 'stages: {a: {cmd: x}, b: {cmd: x}}\n');
  expect(await p.ferment('checkout')).toBe(
    'exit 0\nNothing to put back.\n! 2 stages have no result yet and stay as they are.',
  );
});
