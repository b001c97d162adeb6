import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunnerProject, reproProcess, runnerProject, untilThere } from '../support/runner-project.ts';

/** `sum` expands its pattern itself; `copy` waits for `go` when there is `slow`. */
const PIPELINE = `
stages:
  a: {cmd: "mkdir -p r; echo a > r/a.json", outs: [r/a.json]}
  b: {cmd: "mkdir -p r; echo b > r/b.json", outs: [r/b.json]}
  sum: {cmd: "touch began; until test -e go; do sleep 0.02; done; cat r/*.json > sum.txt", deps: ["r/*.json"], outs: [sum.txt]}
  count: {cmd: "ls r | wc -l > count", deps: ["r/*.json"], outs: [count]}
  read: {cmd: "touch reads; until test -e go; do sleep 0.02; done; cat r/a.json > read", deps: [r/a.json], outs: [read]}
`;

async function ranOnce(): Promise<RunnerProject> {
  const p = runnerProject({ 'pipeline.yaml': PIPELINE, go: '' });
  await p.repro();
  return p;
}

it('a command that expands its pattern itself does not find what is left out, which is back afterwards', async () => {
  const p = await ranOnce();
  expect([p.read('sum.txt'), p.read('count').trim()]).toEqual(['a\nb\n', '2']);
  const first = await p.repro({ without: ['a'], jobs: 2 });
  expect(first.outcomes).toEqual({ b: 'unchanged', sum: 'ran', count: 'ran' });
  expect([p.read('sum.txt'), p.read('count').trim(), p.read('r/a.json')]).toEqual(['b\n', '1', 'a\n']);
  expect((await p.repro({ without: ['a'] })).outcomes).toMatchObject({
    sum: 'unchanged',
    count: 'unchanged',
  });
  const whole = await p.repro();
  expect(whole.outcomes).toMatchObject({ a: 'unchanged', sum: 'restored', read: 'unchanged' });
  expect(p.read('sum.txt')).toBe('a\nb\n');
  expect((await p.repro({ without: ['a'] })).outcomes).toMatchObject({ sum: 'restored' });
  expect(p.read('sum.txt')).toBe('b\n');
});

it('after a kill what stood aside is back', async () => {
  const p = await ranOnce();
  p.remove('go');
  p.remove('began');
  // Of `sum` alone: `count` would be through before the kill, or not.
  const victim = reproProcess(p.root, { targets: ['sum'], without: ['a'] });
  await untilThere(join(p.root, 'began'));
  expect(p.has('r/a.json')).toBe(false);
  victim.kill();
  await victim.ended;
  p.write('go', '');
  expect(Object.values((await p.repro()).outcomes)).toEqual(Array(5).fill('unchanged'));
  expect(p.read('r/a.json')).toBe('a\n');
});

const reading = { targets: ['read'], force: true, singleItem: true };

it('another command that reads what is to stand aside is waited for', async () => {
  const p = await ranOnce();
  for (const file of ['go', 'reads']) p.remove(file);
  const reader = reproProcess(p.root, reading);
  await untilThere(join(p.root, 'reads'));
  const without = reproProcess(p.root, { without: ['a'] });
  await without.seen('stage-waiting');
  expect(p.read('r/a.json')).toBe('a\n');
  p.write('go', '');
  expect(await reader.ended).toEqual({ read: 'ran' });
  expect(await without.ended).toEqual({ b: 'unchanged', sum: 'ran', count: 'ran' });
  expect([p.read('read'), p.read('sum.txt')]).toEqual(['a\n', 'b\n']);
});

it('another command that needs what stands aside waits for it', async () => {
  const p = await ranOnce();
  for (const file of ['go', 'began']) p.remove(file);
  const without = reproProcess(p.root, { without: ['a'] });
  await untilThere(join(p.root, 'began'));
  const reader = reproProcess(p.root, reading);
  await reader.seen('stage-waiting');
  p.write('go', '');
  expect(await without.ended).toEqual({ b: 'unchanged', sum: 'ran', count: 'ran' });
  expect(await reader.ended).toEqual({ read: 'ran' });
  expect([p.read('read'), p.read('sum.txt')]).toEqual(['a\n', 'b\n']);
});
