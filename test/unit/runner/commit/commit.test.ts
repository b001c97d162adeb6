import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commit, loadProject, status } from '../../../../src/runner/index.ts';
import {
  type RunnerProject,
  reproProcess,
  runnerProject,
  untilThere,
} from '../../../support/runner-project.ts';

function chain(): RunnerProject {
  return runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "cat in > a.txt; echo a >> runs.txt", deps: [in], outs: [a.txt]}
  b: {cmd: "cat a.txt a.txt > b.txt; echo b >> runs.txt", deps: [a.txt], params: [k], outs: [b.txt]}
  always: {cmd: echo hi}
`,
    'params.yaml': 'k: 1\n',
    in: 'one\n',
  });
}

const load = (p: RunnerProject) => loadProject({ cwd: p.root });

it('what was accepted does not rerun, is what a lost out comes back as, and is known again after other edits', async () => {
  const p = chain();
  await p.repro();
  p.write('in', 'one, with a comment\n');
  p.write('params.yaml', 'k: 2\n');
  p.write('b.txt', 'mended by hand\n');
  const { accepted, refused } = await commit(load(p));
  expect(refused).toEqual([]);
  expect(accepted.map(({ stage, changes }) => [stage, changes.map(({ name }) => name)])).toEqual([
    ['a', ['in']],
    ['b', ['params.yaml:k', 'b.txt']],
  ]);
  expect((await status(load(p))).stale.size).toBe(1);
  p.write('runs.txt', '');
  expect((await p.repro()).outcomes).toMatchObject({ a: 'unchanged', b: 'unchanged' });
  p.write('params.yaml', 'k: 1\n');
  await p.repro();
  p.write('params.yaml', 'k: 2\n');
  rmSync(join(p.root, 'b.txt'));
  expect((await p.repro()).outcomes).toMatchObject({ b: 'restored' });
  expect(p.read('b.txt')).toBe('mended by hand\n');
});

it('a stage with something missing is refused with all that is missing; the others are accepted', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "true", deps: [x, y], outs: [o, q]}
  b: {cmd: cat x > b.txt, deps: [x], outs: [b.txt]}
`,
    x: '1',
    'b.txt': '1',
  });
  const { accepted, refused } = await commit(load(p));
  expect(accepted.map(({ stage }) => stage)).toEqual(['b']);
  expect(refused).toEqual([
    {
      stage: 'a',
      reasons: ['The dep y is missing.', 'The out o is missing.', 'The out q is missing.'],
    },
  ]);
  expect((await p.repro({ targets: ['b'] })).outcomes).toEqual({ b: 'unchanged' });
});

it('nothing is written when the answer is no, and nothing is asked when all is fresh', async () => {
  const p = chain();
  await p.repro();
  const lock = p.read('pipeline.lock');
  p.write('in', 'two\n');
  const asked: string[][] = [];
  const confirm = (acceptances: readonly { readonly stage: string }[]) => {
    asked.push(acceptances.map(({ stage }) => stage));
    return Promise.resolve(false);
  };
  expect(await commit(load(p), { confirm })).toMatchObject({ confirmed: false, accepted: [] });
  expect(p.read('pipeline.lock')).toBe(lock);
  p.write('in', 'one\n');
  expect(await commit(load(p), { confirm })).toEqual({ accepted: [], refused: [], confirmed: true });
  expect(asked).toEqual([['a']]);
});

it('a stage that another command is running is refused, and the other command is not disturbed', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      echo begun > o
      while [ ! -e go ]; do sleep 0.02; done
      cat in > o
    deps: [in]
    outs: [o]
`,
    in: 'right\n',
  });
  const other = reproProcess(p.root);
  await untilThere(join(p.root, 'o'));
  const { accepted, refused } = await commit(load(p));
  expect(accepted).toEqual([]);
  expect(refused).toEqual([
    { stage: 's', reasons: [expect.stringMatching(`^Process ${other.pid} on .* is running it\\.$`)] },
  ]);
  p.write('go', '');
  expect(await other.ended).toEqual({ s: 'ran' });
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
  expect(p.read('o')).toBe('right\n');
});

it('only the named stages are accepted', async () => {
  const p = chain();
  await p.repro();
  p.write('in', 'two\n');
  p.write('params.yaml', 'k: 2\n');
  expect((await commit(load(p), { targets: ['b'] })).accepted.map(({ stage }) => stage)).toEqual(['b']);
  expect([...(await status(load(p))).stale.keys()]).toEqual(['a', 'always']);
});
