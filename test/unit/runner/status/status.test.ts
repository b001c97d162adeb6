import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { checkout, loadProject, logs, repro, status, why } from '../../../../src/runner/index.ts';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

function sample(): RunnerProject {
  return runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "echo hello; mkdir -p a && cp in a/x", deps: [in], outs: [a]}
  b: {module: b.ts, deps: {a: a}, params: [k], outs: {o: b.txt}}
  hi: {cmd: echo hi}
`,
    'package.json': '{"type": "module", "sideEffects": false}',
    'b.ts':
      "import { writeFileSync } from 'node:fs';\nimport { text } from './text.ts';\nwriteFileSync('b.txt', text);\n",
    'text.ts': "export const text = 'one';\n",
    'params.yaml': 'k: 1\n',
    in: '1',
  });
}

const load = (p: RunnerProject) => loadProject({ cwd: p.root });

it('status names what differs, of each stage by itself, and is empty when all is fresh', async () => {
  const p = sample();
  const never = { kind: 'never-run', name: '', change: 'new' };
  const always = { kind: 'always', name: 'hi', change: 'modified' };
  expect(Object.fromEntries((await status(load(p))).stale)).toEqual({
    a: [never],
    b: [never, { kind: 'dep', name: 'a', change: 'deleted' }],
    hi: [never, always],
  });
  await p.repro();
  expect(Object.fromEntries((await status(load(p))).stale)).toEqual({ hi: [always] });
  p.write('in', '2');
  p.write('params.yaml', 'k: 2\n');
  p.write('a/extra', 'x');
  p.remove('b.txt');
  expect(Object.fromEntries((await status(load(p))).stale)).toMatchObject({
    a: [
      { kind: 'dep', name: 'in', change: 'modified' },
      { kind: 'out', name: 'a', change: 'modified' },
    ],
    b: [
      { kind: 'dep', name: 'a', change: 'modified' },
      { kind: 'param', name: 'params.yaml:k', change: 'modified', old: 1, new: 2 },
      { kind: 'out', name: 'b.txt', change: 'deleted' },
    ],
  });
  p.remove('in');
  expect((await status(load(p))).stale.get('a')?.[0]).toMatchObject({
    kind: 'dep',
    name: 'in',
    change: 'deleted',
  });
});

it('a declared parameter that is not there is a change of its stage, which alone cannot run', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {a: {cmd: echo > a, params: [k], outs: [a]}, b: {cmd: echo > b, params: [t.lr], outs: [b]}}\n',
    'params.yaml': 'k: 1\nt: {lr: 1}\n',
  });
  await p.repro();
  p.write('params.yaml', 'k: 1\nt: {}\n');
  const missing = { kind: 'param', name: 'params.yaml:t.lr', change: 'deleted', old: 1 };
  expect(Object.fromEntries((await status(load(p))).stale)).toEqual({ b: [missing] });
  await expect(repro(load(p))).rejects.toThrow("params.yaml has no 'lr' in 't'");
  expect((await repro(load(p), { targets: ['a'] })).ok).toBe(true);
});

it('status tells a dep that is no longer declared from one that is not there, also behind a glob', async () => {
  const pipeline = (deps: string): string =>
    `stages: {m: {cmd: echo > m.csv, outs: [m.csv]}, s: {cmd: cat x > o, deps: [${deps}], outs: [o]}}\n`;
  const p = runnerProject({
    'pipeline.yaml': pipeline('x, y, "d/*.txt", "*.csv"'),
    x: '1',
    y: '1',
    'd/a.txt': '1',
    'd/b.txt': '1',
  });
  await p.repro();
  p.remove('y');
  p.remove('d/a.txt');
  const said = async () =>
    (await status(load(p))).stale.get('s')?.map(({ name, change, declared }) => [name, change, declared]);
  expect(await said()).toEqual([
    ['d/a.txt', 'deleted', undefined],
    ['y', 'deleted', undefined],
  ]);
  p.write('pipeline.yaml', pipeline('x'));
  expect(await said()).toEqual(['d/a.txt', 'd/b.txt', 'm.csv', 'y'].map((name) => [name, 'deleted', false]));
});

it('why names the modules behind a change of code, and what will be done', async () => {
  const p = sample();
  await p.repro();
  expect(await why(load(p), 'b')).toEqual({
    stage: 'b',
    changes: [],
    code: [],
    files: {},
    next: 'nothing',
    notRestorable: undefined,
    restoredFrom: undefined,
  });
  p.write('text.ts', "export const text = 'two';\n");
  const changed = await why(load(p), 'b');
  expect(changed).toMatchObject({
    changes: [{ kind: 'code', name: 'b.ts', change: 'modified' }],
    code: [{ kind: 'code', name: 'text.ts', change: 'modified', lines: { added: 1, deleted: 1 } }],
    next: 'run',
  });
  await p.repro();
  p.write('text.ts', "// back again\nexport const text = 'one';\n");
  expect((await why(load(p), 'b')).next).toBe('restore');
  expect((await why(load(p), 'hi')).notRestorable).toMatch(/neither deps nor params nor outs/);
  await expect(why(load(p), 'bb')).rejects.toMatchObject({ code: 'USAGE', hint: "Did you mean 'b'?" });
});

it('why says that outs for git are too large to be restored', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: head -c 17000000 /dev/zero > big, deps: [in], outs: [{big: {cache: false}}]}}\n',
    in: '1',
  });
  await p.repro();
  expect((await why(load(p), 's')).notRestorable).toBe(
    "its outs with 'cache: false' are larger than 16.8 MB together",
  );
  p.write('in', '2');
  await p.repro();
  p.write('in', '1');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
});

it('checkout puts back what the lock names, passes over stages that never ran, and says what it did', async () => {
  const p = sample();
  expect(await checkout(load(p))).toEqual({ changed: [], neverRun: ['a', 'b', 'hi'], missing: [], left: [] });
  await p.repro();
  p.remove('a');
  expect(await checkout(load(p))).toEqual({
    changed: [{ path: 'a', change: 'A' }],
    neverRun: [],
    missing: [],
    left: [],
  });
  expect(p.read('a/x')).toBe('1');
  expect(await checkout(load(p), { targets: ['b'] })).toMatchObject({ changed: [] });
});

it('checkout refuses to replace what is nowhere else, unless forced, and touches nothing before it asks', async () => {
  const p = sample();
  await p.repro();
  p.write('b.txt', 'my own notes');
  p.remove('a');
  await expect(checkout(load(p))).rejects.toMatchObject({
    code: 'USAGE',
    message: 'This out has changes that are not in the store: b.txt.',
  });
  expect(p.has('a')).toBe(false);
  expect(await checkout(load(p), { force: true })).toMatchObject({
    changed: [
      { path: 'a', change: 'A' },
      { path: 'b.txt', change: 'M' },
    ],
  });
  expect(p.read('b.txt')).toBe('one');
});

it('checkout names the outs whose objects are gone', async () => {
  const p = sample();
  await p.repro();
  p.remove('a');
  rmSync(join(p.root, '.ferment/objects'), { recursive: true });
  expect(await checkout(load(p))).toEqual({ changed: [], neverRun: [], missing: ['a'], left: [] });
});

it('logs gives the output of the latest run that ran the stage', async () => {
  const p = sample();
  expect(logs(load(p), 'a')).toBeUndefined();
  await p.repro();
  await p.repro();
  expect(logs(load(p), 'a')?.text).toBe('hello\n');
  expect(() => logs(load(p), 'nope')).toThrow("There is no stage 'nope'.");
});

it('logs of a stage of one pipeline are not those of another pipeline in the same folder with a stage of that name', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {a: {cmd: echo one > x; echo one, outs: [x]}}\n',
    'other.yaml':
      'stages: {a: {cmd: echo two > y; echo two; false, retries: {times: 1, delay: 0}, outs: [y]}}\n',
  });
  const other = loadProject({ cwd: p.root, file: 'other.yaml' });
  await p.repro();
  expect(logs(other, 'a')).toBeUndefined();
  const { error } = await repro(other);
  expect(error?.hint).toBe(
    `What it wrote: ferment logs a --file ${relative('', join(p.root, 'other.yaml'))}`,
  );
  expect(logs(load(p), 'a')?.text).toBe('one\n');
  expect(logs(other, 'a')).toMatchObject({ text: 'two\n', attempt: 2 });
});
