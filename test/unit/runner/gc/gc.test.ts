import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fsck, type GcOptions, gc, loadProject, readLock } from '../../../../src/runner/index.ts';
import { type GitProject, gitProject } from '../../../support/git-project.ts';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const PIPELINE = `
stages:
  copy: {cmd: cp in out.txt, deps: [in], outs: [out.txt]}
  folder: {cmd: "mkdir f && cp in f/a && echo same > f/b", deps: [in], outs: [f]}
`;

const files = { 'pipeline.yaml': PIPELINE, in: 'zero\n', '.gitignore': 'out.txt\nf\n' };

const load = (p: RunnerProject) => loadProject({ cwd: p.root });

async function runWith(p: RunnerProject, text: string): Promise<void> {
  p.write('in', text);
  await p.repro();
}

/** What gc would delete and keep, by the text that went in, without the runs that protect everything. */
async function sweep(p: RunnerProject, options: GcOptions = {}) {
  return await gc(load(p), { keepRuns: 0, ...options });
}

/** Which of the inputs can be had again without running anything. */
async function restorable(p: RunnerProject, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const text of texts) {
    p.write('in', text);
    const { outcomes } = await p.repro({ dry: true });
    if (outcomes['copy'] !== 'ran' && outcomes['folder'] !== 'ran') found.push(text);
  }
  return found;
}

it('what branches, tags, stashes, remote-tracking branches and the workspace name stays; the rest goes', async () => {
  const p = gitProject(files);
  const save = async (text: string): Promise<void> => {
    await runWith(p, text);
    p.commitAll(text);
  };
  await save('main');
  p.git('checkout', '-q', '-b', 'side');
  await save('branch');
  p.git('checkout', '-q', '--detach');
  await save('tag');
  p.git('tag', '-a', 'v1', '-m', 'v1');
  await save('remote');
  p.git('update-ref', 'refs/remotes/origin/x', 'HEAD');
  await save('only in the reflog');
  p.git('checkout', '-q', 'main');
  await runWith(p, 'first stash');
  p.git('stash');
  await runWith(p, 'second stash');
  p.git('stash');
  await runWith(p, 'staged');
  p.git('add', 'pipeline.lock');
  await runWith(p, 'gone');
  await runWith(p, 'workspace');
  const kept = ['main', 'branch', 'tag', 'remote', 'first stash', 'second stash', 'staged', 'workspace'];
  const all = [...kept, 'only in the reflog', 'gone'];

  const { plan, deleted } = await sweep(p);
  expect(plan.results.map(({ stage }) => stage).sort()).toEqual(['copy', 'folder']);
  expect(deleted).toMatchObject({ objects: 2, results: 2 });
  expect(await restorable(p, all)).toEqual([...kept, 'only in the reflog']);

  expect((await sweep(p, { reflog: false })).deleted).toMatchObject({ objects: 2, results: 2 });
  expect(await restorable(p, all)).toEqual(kept);
});

it('with allCommits, also what a branch has passed stays', async () => {
  const p = gitProject(files);
  for (const text of ['one', 'two', 'three']) {
    await runWith(p, text);
    p.commitAll(text);
  }
  const { deleted } = await sweep(p, { reflog: false, allCommits: true });
  expect(deleted).toMatchObject({ objects: 0, results: 0 });
  await sweep(p, { reflog: false });
  expect(await restorable(p, ['one', 'two', 'three'])).toEqual(['three']);
});

it('locks are found under any name and in any folder of any commit, and in a project below the repository', async () => {
  const p = gitProject(files);
  await runWith(p, 'moved');
  p.write('old/deep/other-name.lock', p.read('pipeline.lock'));
  p.write('poetry.lock', '[[package]]\nname = "x"\n');
  p.commitAll('x');
  p.remove('old');
  p.write('in', 'now\n');
  await p.repro();
  await sweep(p);
  expect(await restorable(p, ['moved', 'now\n'])).toEqual(['moved', 'now\n']);

  // With a pipeline above it, it would be a part of that project.
  p.remove('pipeline.yaml');
  const below = runnerProject(files, join(p.root, 'sub/project'));
  await runWith(below, 'committed');
  p.git('add', '-f', 'sub/project/pipeline.lock');
  p.git('commit', '-qm', 'sub');
  await runWith(below, 'dropped');
  await runWith(below, 'current');
  const { plan } = await sweep(below);
  expect(plan.reach.commits).toBeGreaterThan(0);
  expect(await restorable(below, ['committed', 'dropped', 'current'])).toEqual(['committed', 'current']);
});

it('the locks of other pipeline files here count, and both sides of a conflict', async () => {
  const p = gitProject({
    ...files,
    'other.yaml': PIPELINE.replaceAll('out.txt', 'o2').replaceAll(' f', ' g'),
  });
  await runWith(p, 'ours');
  const ours = p.read('pipeline.lock');
  await runWith(p, 'theirs');
  const theirs = p.read('pipeline.lock');
  await runWith(p, 'neither');
  p.write('pipeline.lock', `<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> side\n`);
  p.write('other.lock', ours);
  await sweep(p);
  p.remove('pipeline.lock');
  p.remove('other.lock');
  expect(await restorable(p, ['ours', 'theirs', 'neither'])).toEqual(['ours', 'theirs']);
});

it('the results of the last runs stay, and the latest log and duration of each stage', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  once: {cmd: echo once > o, deps: [x], outs: [o]}
  often: {cmd: "cat in; cp in out.txt", deps: [in], outs: [out.txt]}
`,
    x: 'x',
    in: '1',
  });
  for (const text of ['1', '2', '3', '4', '5']) await runWith(p, text);
  const { plan } = await gc(load(p), { keepRuns: 2 });
  expect(plan.reach).toMatchObject({ commits: undefined, runs: [expect.anything(), expect.anything()] });
  expect(plan.results.map(({ stage, outs }) => [stage, outs[0]?.path])).toEqual([
    ['often', 'out.txt'],
    ['often', 'out.txt'],
    ['often', 'out.txt'],
  ]);
  const logs = readdirSync(join(p.root, '.ferment/logs')).flatMap((run) =>
    readdirSync(join(p.root, '.ferment/logs', run)),
  );
  expect(logs.sort()).toEqual(['often.log', 'often.log', 'once.log']);
  // The first run stays for the duration of `once`.
  expect(readdirSync(join(p.root, '.ferment/runs-log')).length).toBe(3);
  for (const [text, outcome] of [
    ['4', 'restored'],
    ['1', 'ran'],
  ] as const) {
    p.write('in', text);
    expect((await p.repro()).outcomes['often']).toBe(outcome);
  }
});

it('the plan says whose the objects are, and how many belong to nobody', async () => {
  const p = gitProject(files);
  await runWith(p, 'gone');
  const gone = [...readLock(p.root).entries.values()].map(({ fingerprint }) => fingerprint);
  await runWith(p, 'kept');
  const stray = 'ab'.repeat(32);
  p.write(`.ferment/objects/ab/${stray.slice(2)}`, 'stray');
  const { plan } = await sweep(p, { dry: true });
  expect(new Set(plan.results.map(({ fingerprint }) => fingerprint))).toEqual(new Set(gone));
  // f/a is what `copy` made, f/b is in the kept folder too: one file and one manifest.
  expect(plan.results.reduce((sum, { objects }) => sum + objects, 0)).toBe(2);
  expect(plan.results.map(({ stage, outs }) => `${stage} ${outs[0]?.path}`).sort()).toEqual([
    'copy out.txt',
    'folder f',
  ]);
  expect(plan.nameless).toEqual({ objects: 1, bytes: 5 });
  expect(existsSync(join(p.root, '.ferment/objects/ab', stray.slice(2)))).toBe(true);
});

it('of a pack only what is named stays, in a new pack; a swept pack comes back whole', async () => {
  const p = gitProject({
    'pipeline.yaml': `
stages:
  many: {cmd: "mkdir m && for i in $(seq 100); do echo $((i / $(cat in))) > m/$i; echo $i > m/x$i; done", deps: [in], outs: [m]}
`,
    in: '1\n',
  });
  await p.repro();
  p.write('in', '2\n');
  await p.repro();
  const packs = (): string[] => readdirSync(join(p.root, '.ferment/objects/pack'));
  const before = packs();
  expect(before.length).toBeGreaterThan(0);
  p.write('in', '1000\n');
  await p.repro();
  // 1..100 are named by the current m/x*, 0 by its m/*.
  const { deleted } = await sweep(p);
  expect(deleted).toMatchObject({ objects: 2, results: 2 });
  p.write('in', '7\n');
  await p.repro();
  p.remove('m');
  expect((await p.repro()).outcomes).toEqual({ many: 'restored' });
  expect(p.read('m/90')).toBe('12\n');
  expect((await fsck(load(p))).findings).toEqual([]);

  p.write('pipeline.yaml', p.read('pipeline.yaml').replace('echo $i > m/x$i', 'true'));
  await p.repro();
  expect((await sweep(p)).deleted.objects).toBeGreaterThan(50);
  expect((await fsck(load(p))).findings).toEqual([]);
  p.remove('m');
  expect((await p.repro()).outcomes).toEqual({ many: 'restored' });
  // The pack of the first run was written anew; that of the second holds a 0, which is needed.
  expect(packs().filter((name) => before.includes(name)).length).toBe(before.length - 1);
  p.write(`.ferment/trash/0123456789abcdef/objects/pack/${packs()[0]}`, '');
  renameSync(
    join(p.root, '.ferment/objects/pack', packs()[0] ?? ''),
    join(p.root, '.ferment/trash/0123456789abcdef/objects/pack', packs()[0] ?? ''),
  );
  p.remove('m');
  expect((await p.repro()).outcomes).toEqual({ many: 'restored' });
});

it('nothing is deleted when the answer is no, or when git cannot say what it holds', async () => {
  const p = gitProject(files);
  await runWith(p, 'gone');
  await runWith(p, 'kept');
  const before = readdirSync(join(p.root, '.ferment/runs'), { recursive: true });
  expect(await sweep(p, { confirm: () => Promise.resolve(false) })).toMatchObject({
    confirmed: false,
    deleted: { objects: 0, results: 0, files: 0, bytes: 0 },
  });
  renameSync(join(p.root, '.git'), join(p.root, 'git'));
  p.write('.git', 'gitdir: /nowhere\n');
  await expect(sweep(p)).rejects.toMatchObject({ code: 'UNREADABLE' });
  expect(readdirSync(join(p.root, '.ferment/runs'), { recursive: true })).toEqual(before);
});

it.each([
  ['the tree of a commit', 'HEAD~1^{tree}'],
  ['a lock', 'HEAD~1:pipeline.lock'],
])('nothing is deleted when %s is missing from git or damaged there', async (_, name) => {
  const p = gitProject(files);
  for (const text of ['first\n', 'second\n']) {
    await runWith(p, text);
    p.commitAll(text);
  }
  const id = p.git('rev-parse', name).trim();
  const object = join(p.root, '.git/objects', id.slice(0, 2), id.slice(2));
  rmSync(object);
  await expect(sweep(p)).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringMatching(/^git has no object [0-9a-f]{40}(\^\{tree\})? in /),
  });
  writeFileSync(object, 'torn by a power cut');
  await expect(sweep(p)).rejects.toMatchObject({ code: 'UNREADABLE' });
  expect(await restorable(p, ['first\n', 'second\n'])).toEqual(['first\n', 'second\n']);
});

it.each(['blob:none', 'tree:0'])(
  'in a partial clone (%s), the locks that it lacks are fetched',
  async (filter) => {
    const p = gitProject(files);
    for (const text of ['first\n', 'second\n', 'third\n']) {
      await runWith(p, text);
      p.commitAll(text);
      p.git('branch', text.trim());
    }
    await runWith(p, 'gone\n');
    p.git('checkout', '-q', '.');
    p.git('config', 'uploadpack.allowFilter', 'true');
    const clone = runnerProject({}, join(temporaryFolder(), 'clone'));
    p.git('clone', '-q', `--filter=${filter}`, `file://${p.root}`, clone.root);
    cpSync(join(p.root, '.ferment'), join(clone.root, '.ferment'), { recursive: true });
    const away = `${p.root}-away`;
    renameSync(p.root, away);
    await expect(sweep(clone)).rejects.toMatchObject({
      code: 'UNREADABLE',
      message: expect.stringMatching(
        /is a partial clone, and something that it lacks cannot be fetched: fatal: /,
      ),
      hint: 'Try again when its remote can be reached, or fetch all that it lacks: git fetch --refetch --no-filter',
    });
    renameSync(away, p.root);
    const { plan, deleted } = await sweep(clone);
    expect([plan.reach.gitLocks, deleted.results]).toEqual([3, 2]);
    expect(await restorable(clone, ['first\n', 'second\n', 'third\n', 'gone\n'])).toEqual([
      'first\n',
      'second\n',
      'third\n',
    ]);
  },
);

it('what a sweep took that was killed before it had looked again comes back at the next command', async () => {
  const p = gitProject(files);
  await runWith(p, 'one');
  const state = join(p.root, '.ferment');
  for (const part of ['objects', 'runs']) {
    for (const shard of readdirSync(join(state, part))) {
      const [name = ''] = readdirSync(join(state, part, shard));
      p.write(`.ferment/trash/0123456789abcdef/${part}/${shard}/${name}`, '');
      renameSync(join(state, part, shard, name), join(state, 'trash/0123456789abcdef', part, shard, name));
    }
  }
  p.remove('out.txt');
  p.remove('f');
  expect((await p.repro()).outcomes).toEqual({ copy: 'restored', folder: 'restored' });
  expect(readdirSync(join(state, 'trash'))).toEqual([]);
});

it('what an earlier sweep had verified is deleted by the next, not put back', async () => {
  const p = gitProject(files);
  await runWith(p, 'one');
  p.write('.ferment/trash/0123456789abcdef.verified/objects/ab/cd', 'x');
  await p.repro();
  expect(p.has('.ferment/objects/ab/cd')).toBe(false);
  await runWith(p, 'two');
  await sweep(p);
  expect(readdirSync(join(p.root, '.ferment/trash'))).toEqual([]);
});

it('the quarantine stays unless it is asked for', async () => {
  const p: GitProject = gitProject(files);
  await runWith(p, 'one');
  p.write('.ferment/quarantine/abc', 'x');
  await sweep(p);
  expect(p.has('.ferment/quarantine/abc')).toBe(true);
  expect((await sweep(p, { quarantine: true })).deleted).toMatchObject({ files: 1, bytes: 1 });
  expect(p.has('.ferment/quarantine/abc')).toBe(false);
  expect((await fsck(load(p))).ok).toBe(true);
  expect(readFileSync(join(p.root, 'out.txt'), 'utf8')).toBe('one');
});

it('a file that came to be needed while a person thought about the answer stays', async () => {
  const p = gitProject(files);
  await runWith(p, 'text\n');
  const digest = 'ab'.repeat(32);
  const bundle = `.ferment/bundles/${digest}.mjs`;
  p.write(bundle, '');
  utimesSync(join(p.root, bundle), 0, 0);
  const { plan, deleted } = await sweep(p, {
    confirm: async () => {
      p.write('other.lock', `${p.read('pipeline.lock')}    code: ${digest}\n`);
      return true;
    },
  });
  expect(plan.files.map(({ path }) => path)).toContain(join(p.root, bundle));
  expect(p.has(bundle)).toBe(true);
  expect(deleted.files).toBe(plan.files.length - 1);
});
