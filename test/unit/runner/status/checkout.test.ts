import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout, loadProject, repro } from '../../../../src/runner/index.ts';
import { type GitProject, gitProject } from '../../../support/git-project.ts';

const load = (p: GitProject) => loadProject({ cwd: p.root });
const OLD = 'stages: {a: {cmd: cp in a.txt, deps: [in], outs: [a.txt]}}\n';
const NEW = `stages:
  a: {cmd: cp in a.txt, deps: [in], outs: [a.txt]}
  b: {cmd: "mkdir b && cp a.txt b/x", deps: [a.txt], outs: [b]}
  c: {cmd: cp in c.txt, deps: [in], outs: [c.txt]}
  m: {cmd: cp in m.json, deps: [in], metrics: [{m.json: {cache: false}}]}
`;

/** Two commits, of which the later has more stages, and the workspace of the later. */
async function twoCommits(): Promise<GitProject> {
  const p = gitProject({ 'pipeline.yaml': OLD, in: 'one' });
  await p.repro();
  p.commitAll('old');
  p.write('pipeline.yaml', NEW);
  p.write('in', 'two');
  await p.repro();
  p.commitAll('new');
  return p;
}

it('what only a later commit has goes, and comes back with that commit', async () => {
  const p = await twoCommits();
  p.git('checkout', '-q', 'HEAD~1');
  expect((await checkout(load(p))).changed).toEqual([
    { path: 'a.txt', change: 'M' },
    { path: 'b', change: 'D' },
    { path: 'c.txt', change: 'D' },
  ]);
  expect([p.read('a.txt'), p.has('b'), p.has('c.txt'), p.has('m.json')]).toEqual([
    'one',
    false,
    false,
    false,
  ]);
  p.git('checkout', '-q', 'main');
  expect((await checkout(load(p))).changed).toEqual([
    { path: 'a.txt', change: 'M' },
    { path: 'b', change: 'A' },
    { path: 'c.txt', change: 'A' },
  ]);
  expect(p.read('b/x')).toBe('two');
  expect((await p.repro()).outcomes).toMatchObject({ a: 'unchanged', b: 'unchanged', c: 'unchanged' });
});

it('what was edited, is read, or is tracked by git stays; with targets nothing goes', async () => {
  const p = await twoCommits();
  p.git('checkout', '-q', 'HEAD~1');
  p.write('b/mine', 'notes');
  chmodSync(join(p.root, 'c.txt'), 0o755);
  expect((await checkout(load(p))).changed).toEqual([{ path: 'a.txt', change: 'M' }]);
  chmodSync(join(p.root, 'c.txt'), 0o644);
  p.write('pipeline.yaml', OLD.replace('[in]', '[in, "*.txt"]').replaceAll('a.txt', 'a.out'));
  expect((await checkout(load(p))).changed).toEqual([]);
  p.write('pipeline.yaml', OLD);
  p.git('add', '-f', 'c.txt');
  expect((await checkout(load(p))).changed).toEqual([]);
  p.git('rm', '-q', '--cached', 'c.txt');
  expect((await checkout(load(p), { targets: ['a'] })).changed).toEqual([]);
  expect((await checkout(load(p))).changed).toEqual([{ path: 'c.txt', change: 'D' }]);
  expect(p.read('b/mine')).toBe('notes');
});

it('nothing goes that the store does not have', async () => {
  const p = await twoCommits();
  p.git('checkout', '-q', 'HEAD~1');
  await checkout(load(p), { targets: ['a'] });
  p.remove('.ferment/objects');
  expect((await checkout(load(p))).changed).toEqual([]);
  expect([p.read('c.txt'), p.read('b/x')]).toEqual(['two', 'two']);
});

it("an out with cache: false is git's: not overwritten, not removed, and said; put back where it is missing", async () => {
  const p = await twoCommits();
  p.write('m.json', 'mine');
  p.write('a.txt', 'one');
  for (const force of [false, true]) {
    const { changed, left } = await checkout(load(p), { force });
    expect({ changed, left }).toEqual({
      changed: force ? [] : [{ path: 'a.txt', change: 'M' }],
      left: ['m.json'],
    });
  }
  expect(p.read('m.json')).toBe('mine');
  p.remove('m.json');
  expect((await checkout(load(p))).changed).toEqual([{ path: 'm.json', change: 'A' }]);
  // Never committed, so that git does not track it; then no stage has it any more.
  p.git('rm', '-q', '--cached', 'm.json');
  p.write('pipeline.yaml', NEW.replace(/ {2}m: .*\n/, ''));
  p.remove('pipeline.lock');
  expect((await checkout(load(p))).changed).not.toContainEqual({ path: 'm.json', change: 'D' });
  expect(p.read('m.json')).toBe('two');
});

it('a folder is put back without more ado when the store has all that is left of its files', async () => {
  const p = gitProject({
    'pipeline.yaml': 'stages: {a: {cmd: "mkdir a && echo 1 > a/x && echo 2 > a/y", outs: [a]}}\n',
  });
  await p.repro();
  p.remove('a/x');
  chmodSync(join(p.root, 'a/y'), 0o755);
  expect((await checkout(load(p))).changed).toEqual([{ path: 'a', change: 'M' }]);
  expect(p.read('a/x')).toBe('1\n');
  p.remove('a/x');
  p.write('a/z', 'mine');
  await expect(checkout(load(p))).rejects.toMatchObject({ code: 'USAGE' });
  expect([p.has('a/x'), p.read('a/z')]).toEqual([false, 'mine']);
});

it('all edits that would be lost are named at once, and nothing is touched', async () => {
  const p = await twoCommits();
  p.write('c.txt', 'mine');
  p.write('b/x', 'mine too');
  p.remove('a.txt');
  await expect(checkout(load(p))).rejects.toMatchObject({
    code: 'USAGE',
    message: 'These outs have changes that are not in the store: b, c.txt.',
  });
  expect(p.has('a.txt')).toBe(false);
});

it('what a stage declares no longer is not put back over what another stage made there', async () => {
  const p = gitProject({ 'pipeline.yaml': 'stages: {a: {cmd: echo old > x, outs: [x]}}\n' });
  await p.repro();
  p.write('pipeline.yaml', 'stages: {a: {cmd: echo y > y, outs: [y]}, b: {cmd: echo new > x, outs: [x]}}\n');
  await p.repro({ targets: ['b'] });
  expect((await checkout(load(p))).changed).toEqual([]);
  expect(p.read('x')).toBe('new\n');
  p.remove('x');
  expect((await checkout(load(p))).changed).toEqual([{ path: 'x', change: 'A' }]);
  expect(p.read('x')).toBe('new\n');
});

describe('two pipelines in one folder', () => {
  const other = (p: GitProject) => loadProject({ cwd: p.root, file: 'other.yaml' });

  /** Each has one stage, which ran. */
  async function twoPipelines(): Promise<GitProject> {
    const p = gitProject({
      'pipeline.yaml': 'stages: {a: {cmd: echo 1 > x, outs: [x]}}\n',
      'other.yaml': 'stages: {b: {cmd: echo 2 > y, outs: [y]}}\n',
    });
    await p.repro();
    await repro(other(p));
    return p;
  }

  it('leave each other their outs', async () => {
    const p = await twoPipelines();
    expect((await checkout(other(p))).changed).toEqual([]);
    expect((await checkout(load(p))).changed).toEqual([]);
    expect([p.read('x'), p.read('y')]).toEqual(['1\n', '2\n']);
    p.remove('other.lock');
    expect((await checkout(load(p))).changed).toEqual([{ path: 'y', change: 'D' }]);
  });

  it('remove nothing where the lock of the other cannot be read, and say so', async () => {
    const p = await twoPipelines();
    p.write('other.lock', p.read('other.lock').replace(/sha256|[0-9a-f]{64}/, 'none'));
    const warnings: string[] = [];
    expect((await checkout(load(p), { warn: (text) => warnings.push(text) })).changed).toEqual([]);
    expect(warnings).toEqual([
      "other.lock: the block of 'b' is damaged, so the stage counts as never run.",
      'Outs of other commits stay where they are: they may be those of a stage that cannot be read.',
    ]);
  });
});
