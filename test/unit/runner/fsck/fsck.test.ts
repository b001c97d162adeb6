import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type FsckOptions, fsck, loadProject, readLock } from '../../../../src/runner/index.ts';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

async function sample(): Promise<RunnerProject> {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  a: {cmd: "mkdir a && cp in a/x && echo y > a/y", deps: [in], outs: [a]}
  b: {cmd: cat a/x a/y > b, deps: [a], outs: [b]}
`,
    in: 'x\n',
  });
  await p.repro();
  return p;
}

const check = (p: RunnerProject, options?: FsckOptions) => fsck(loadProject({ cwd: p.root }), options);

/** Severity, kind and text of each finding, without digests. */
async function told(p: RunnerProject, options?: FsckOptions): Promise<readonly string[]> {
  const { findings } = await check(p, options);
  return findings.map(
    ({ severity, text }) => `${severity}: ${text.replace(/\b[0-9a-f]{8,64}\b/g, 'DIGEST')}`,
  );
}

function digestOfOut(p: RunnerProject, stage: string): string {
  return readLock(p.root).entries.get(stage)?.outs[0]?.digest ?? '';
}

function objectPath(p: RunnerProject, digest: string): string {
  return join(p.root, '.ferment/objects', digest.slice(0, 2), digest.slice(2));
}

function overwrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
}

it('a sound store gives no finding, and says what was checked', async () => {
  const p = await sample();
  const lines: number[] = [];
  const result = await check(p, { onProgress: ({ objects }) => lines.push(objects) });
  expect(result).toMatchObject({
    findings: [],
    ok: true,
    checked: { objects: 4, results: 2, lockedStages: 2 },
  });
  expect(lines.at(-1)).toBe(4);
});

it('a damaged object goes to the quarantine and is stored again from the workspace; the next check is clean but for that', async () => {
  const p = await sample();
  const digest = digestOfOut(p, 'b');
  overwrite(objectPath(p, digest), 'X\ny\n');
  expect(await told(p, { quick: true })).toEqual([]);
  const { ok, findings } = await check(p);
  expect(ok).toBe(false);
  expect(findings.map(({ severity, kind, owners }) => [severity, kind, owners[0]])).toEqual([
    ['bad', 'object-damaged', { stage: 'b', path: 'b', inLock: true }],
    ['mended', 'out-incomplete', { stage: 'b', path: 'b', inLock: true }],
  ]);
  expect(readdirSync(join(p.root, '.ferment/quarantine'))).toEqual([digest]);
  expect(await check(p)).toMatchObject({ ok: true, findings: [{ kind: 'quarantined', severity: 'note' }] });
  rmSync(join(p.root, 'b'));
  expect((await p.repro()).outcomes).toEqual({ a: 'unchanged', b: 'restored' });
});

it('a dry check tells the same and touches nothing', async () => {
  const p = await sample();
  const manifest = objectPath(p, digestOfOut(p, 'a'));
  overwrite(manifest, '[]');
  const listing = (): readonly string[] =>
    readdirSync(join(p.root, '.ferment'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      /^(objects|runs|quarantine)/.test(path),
    );
  const before = listing();
  for (const quick of [false, true])
    expect(await told(p, { dry: true, quick })).toEqual([
      'bad: Object DIGEST does not have the bytes that its name says: a of stage a.',
      'bad: pipeline.lock names a, and its list of files is not in the store; the workspace still has it.',
      'note: An earlier result of a cannot be restored: a is not all in the store.',
    ]);
  expect(listing()).toEqual(before);
});

it('what is lost in store and workspace is named with the stage that makes it', async () => {
  const p = await sample();
  rmSync(objectPath(p, digestOfOut(p, 'b')));
  rmSync(join(p.root, 'b'));
  const { ok, findings } = await check(p);
  expect(ok).toBe(false);
  expect(findings[0]).toMatchObject({
    text: 'pipeline.lock names b, and it is not in the store.',
    todo: 'Make it again: ferment repro b',
  });
  expect((await p.repro()).outcomes).toEqual({ a: 'unchanged', b: 'ran' });
  expect((await check(p)).findings).toEqual([]);
});

it('a file in a folder is found by its size in a quick check, and named', async () => {
  const p = await sample();
  const cut = readdirSync(join(p.root, '.ferment/objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .find(
      (path) => path !== objectPath(p, digestOfOut(p, 'a')) && path !== objectPath(p, digestOfOut(p, 'b')),
    );
  overwrite(cut ?? '', '');
  rmSync(join(p.root, 'a'), { recursive: true });
  const { findings } = await check(p, { quick: true });
  expect(findings[0]?.text).toMatch(/: a\/[xy] of stage a; moved to quarantine\.$/);
  expect(findings[1]?.text).toBe('pipeline.lock names a, and one of its 2 files is not in the store.');
});

it('results that are no longer what Ferment writes, foreign files, a damaged lock and index are told', async () => {
  const p = await sample();
  const runs = join(p.root, '.ferment/runs');
  const [shard = ''] = readdirSync(runs);
  const [entry = ''] = readdirSync(join(runs, shard));
  writeFileSync(join(runs, shard, entry), '{}');
  p.write('.ferment/objects/ab/notes.txt', 'mine');
  p.write('.ferment/index/0.tree', 'x');
  p.write('pipeline.lock', p.read('pipeline.lock').replace(/"path": "b"/, '"path": "../b"'));
  expect(await told(p)).toEqual([
    'bad: The run-cache entry DIGEST.json is not what Ferment writes; moved to quarantine.',
    "bad: pipeline.lock: the block of 'b' is damaged, so the stage counts as never run.",
    'note: The stat index 0.tree cannot be read.',
    "note: objects/ab/notes.txt is not Ferment's.",
  ]);
  expect(p.read('.ferment/objects/ab/notes.txt')).toBe('mine');
});

it('the lock of another pipeline file is checked too; large outs for git are not missed', async () => {
  const p = await sample();
  p.write('old.lock', p.read('pipeline.lock').replaceAll(digestOfOut(p, 'b'), 'ab'.repeat(32)));
  expect(await told(p)).toEqual(['bad: old.lock names b, and it is not in the store.']);
  const large = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: head -c 17000000 /dev/zero > big, outs: [{big: {cache: false}}]}}\n',
  });
  await large.repro();
  expect((await check(large)).findings).toEqual([]);
});

it('a damaged object in a pack is taken out of it, named, and stored again', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {many: {cmd: "mkdir m && for i in $(seq 100); do echo number $i > m/$i; done", deps: [in], outs: [m]}}\n',
    in: '1',
  });
  await p.repro();
  const [name = ''] = readdirSync(join(p.root, '.ferment/objects/pack'));
  const pack = join(p.root, '.ferment/objects/pack', name);
  const bytes = readFileSync(pack);
  chmodSync(pack, 0o644);
  bytes.write('N', bytes.indexOf('number 42\n'));
  writeFileSync(pack, bytes);
  expect(await told(p, { quick: true })).toEqual([]);
  for (const dry of [true, false])
    expect((await told(p, { dry }))[0]).toMatch(
      /^bad: Object DIGEST does not have the bytes that its name says: m\/42 of stage many/,
    );
  expect(await told(p)).toEqual(['note: 1 damaged file in quarantine from before.']);
  p.remove('m');
  expect((await p.repro()).outcomes).toEqual({ many: 'restored' });
  expect(p.read('m/42')).toBe('number 42\n');
});
