import { hash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ImportOptions, importDvc, loadProject, repro, status } from '../../../../src/runner/index.ts';
import { repository } from '../../../support/project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const CACHE = '.dvc/cache/files/md5';

/** A copy of the project that DVC left. */
function fixture(): string {
  const root = temporaryFolder();
  cpSync(join(repository, 'test/fixtures/dvc-project'), root, { recursive: true });
  chmodSync(join(root, 'src/run.sh'), 0o755);
  return root;
}

async function imported(root: string, options: ImportOptions = {}) {
  const none = temporaryFolder();
  const env = { DVC_GLOBAL_CONFIG_DIR: none, DVC_SYSTEM_CONFIG_DIR: none };
  const report = await importDvc({ cwd: root }, { env, ...options });
  const outcomes = Object.fromEntries([...report.stages].map(([name, { outcome }]) => [name, outcome]));
  return { ...report, outcomes };
}

async function reproduced(root: string): Promise<Record<string, string>> {
  const { stages } = await repro(loadProject({ cwd: root }));
  return Object.fromEntries([...stages].map(([name, { outcome }]) => [name, outcome]));
}

function every<T>(value: T): Record<string, T> {
  return { split: value, 'train@small': value, 'train@large': value, 'old:legacy': value };
}

function write(root: string, path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Replaces a stage's out in dvc.lock by one with this MD5. */
function relock(root: string, md5: string): void {
  const lock = readFileSync(join(root, 'dvc.lock'), 'utf8');
  const changed = lock.replace(/(path: parts\/all\n\s+hash: md5\n\s+md5: )\S+/g, `$1${md5}`);
  expect(changed).not.toBe(lock);
  writeFileSync(join(root, 'dvc.lock'), changed);
}

describe('import-dvc', () => {
  it("restores everything from DVC's cache instead of running it, in the layouts of DVC 2 and 3", async () => {
    const root = fixture();
    const { outcomes, data, damaged } = await imported(root);
    expect(outcomes).toEqual(every('imported'));
    expect(data).toEqual([{ file: 'data.dvc', path: 'data', state: 'checked-out' }]);
    expect(damaged).toEqual([]);
    expect(await reproduced(root)).toEqual(every('restored'));
    expect(readFileSync(join(root, 'data/a.txt'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(readFileSync(join(root, 'large.txt'), 'utf8')).toBe('large a b 1.0\n');
    expect([...(await status(loadProject({ cwd: root }))).stale]).toEqual([]);
    expect((await imported(root)).outcomes).toEqual(every('known'));
  });

  it("makes runs of DVC's run cache restorable", async () => {
    const root = fixture();
    const { runs } = await imported(root);
    expect(runs).toMatchObject({ imported: 2, known: 3, damaged: 0 });
    write(root, 'params.yaml', 'train: {rate: 0.00001, name: "a b"}\n');
    expect(await reproduced(root)).toEqual(every('restored'));
    expect(readFileSync(join(root, 'large.txt'), 'utf8')).toBe('large a b 1e-05\n');
  });

  it('says on a dry run what it would do, and does none of it', async () => {
    const root = fixture();
    const dry = await imported(root, { dry: true });
    expect(dry.outcomes).toEqual(every('imported'));
    for (const path of ['data', 'pipeline.lock', '.ferment/objects', '.ferment/runs'])
      expect(existsSync(join(root, path))).toBe(false);
    const { objects, bytes, runs } = await imported(root);
    expect({ objects, bytes, runs }).toEqual({ objects: dry.objects, bytes: dry.bytes, runs: dry.runs });
  });

  it('passes over damaged objects, tells each, and takes the rest', async () => {
    const root = fixture();
    const large = `${CACHE}/2e/2d1f53839183b336860e9652768f40`;
    write(root, large, 'altered\n');
    const { outcomes, damaged } = await imported(root);
    expect(damaged).toEqual([{ path: join(root, large), problem: 'its content is not what its name says' }]);
    expect(Object.values(outcomes).filter((outcome) => outcome === 'missing')).toHaveLength(1);
    expect(Object.values(outcomes).filter((outcome) => outcome === 'imported')).toHaveLength(3);
  });

  it('reports what is neither in the workspace nor in the cache', async () => {
    const root = fixture();
    write(root, '.dvc/config', '[cache]\n    dir = elsewhere # not here\n');
    const { cache, data, stages } = await imported(root);
    expect(cache).toBe(join(root, '.dvc/elsewhere'));
    expect(data).toEqual([{ file: 'data.dvc', path: 'data', state: 'not-in-cache' }]);
    expect(stages.get('split')).toMatchObject({
      outcome: 'changed',
      changes: [{ kind: 'dep', name: 'data', change: 'deleted' }],
    });
  });

  it('leaves alone what the lock knows better than DVC', async () => {
    const root = fixture();
    await imported(root);
    write(root, 'src/run.sh', 'echo other\n');
    expect(await reproduced(root)).toMatchObject({ split: 'ran' });
    expect((await imported(root)).outcomes).toEqual(every('known'));
    expect(await reproduced(root)).toEqual(every('unchanged'));
  });

  it("copies a persistent out that is a hard link, so that no stage writes into DVC's cache", async () => {
    const root = fixture();
    const object = join(root, CACHE, '9a/312c9d8b035b8c2da417b451f8f92d');
    chmodSync(object, 0o555);
    mkdirSync(join(root, 'parts'));
    linkSync(object, join(root, 'parts/run.sh'));
    write(
      root,
      'dvc.yaml',
      readFileSync(join(root, 'dvc.yaml'), 'utf8').replace(
        'parts/run.sh]',
        '{parts/run.sh: {persist: true}}]',
      ),
    );
    expect((await imported(root)).outcomes).toEqual(every('imported'));
    expect(statSync(object).nlink).toBe(1);
    expect(statSync(join(root, 'parts/run.sh')).mode & 0o300).toBe(0o300);
  });

  it('puts the outs of a frozen stage in place whose inputs have changed', async () => {
    const root = fixture();
    write(root, 'src/run.sh', 'echo other\n');
    write(
      root,
      'dvc.yaml',
      readFileSync(join(root, 'dvc.yaml'), 'utf8').replace('split:', 'split:\n    frozen: true'),
    );
    expect((await imported(root)).outcomes).toEqual({ ...every('imported'), split: 'frozen' });
    expect(await reproduced(root)).toEqual({ ...every('restored'), split: 'frozen' });
    expect(readFileSync(join(root, 'parts/run.sh'), 'utf8')).toBe('echo hi\n');
  });

  it('takes commands with values that DVC and Ferment quote each in its own way for equal', async () => {
    const root = fixture();
    const yaml = readFileSync(join(root, 'dvc.yaml'), 'utf8');
    write(
      root,
      'params.yaml',
      `train: {rate: 1.0, name: "a b"}\nopts: {who: "it's \u00e9", deep: {n: 1.0}, off: false, list: [a b, true]}\n`,
    );
    write(root, 'dvc.yaml', yaml.replace('mkdir -p parts', `echo \${opts} && mkdir -p parts`));
    const text = `echo --who 'it'"'"'s \u00e9' --deep.n 1.0 --list 'a b' True && mkdir -p parts`;
    write(
      root,
      'dvc.lock',
      readFileSync(join(root, 'dvc.lock'), 'utf8').replace(/cmd: mkdir -p parts/, () => `cmd: ${text}`),
    );
    expect((await imported(root)).outcomes).toEqual(every('imported'));
  });

  it('does nothing with digests and paths that are none, and writes nothing outside of the project', async () => {
    const root = fixture();
    const outside = temporaryFolder();
    relock(root, '../../../../x');
    write(
      root,
      'evil.dvc',
      `outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  hash: md5\n  path: ../${outside}/x\n`,
    );
    write(
      root,
      'evil2.dvc',
      'outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  hash: md5\n  path: .git/config\n',
    );
    const { data, outcomes } = await imported(root);
    expect(outcomes['split']).toBe('changed');
    expect(data.filter(({ file }) => file.startsWith('evil')).map(({ state }) => state)).toEqual([
      'refused',
      'refused',
    ]);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(root, '.git'))).toBe(false);
  });

  it.each([
    ['leaves its folder', [{ md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: '../x' }]],
    ['leaves its folder', [{ md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: '/etc/x' }]],
    ['leaves its folder', [{ md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: '.git/hooks/x' }]],
    ['has no MD5', [{ md5: '../../../x', relpath: 'x' }]],
    [
      'twice',
      [
        { md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: 'x' },
        { md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: 'x' },
      ],
    ],
    [
      'under a file',
      [
        { md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: 'x' },
        { md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath: 'x/y' },
      ],
    ],
  ])("refuses a folder's listing that %s", async (problem, listing) => {
    const root = fixture();
    const text = JSON.stringify(listing);
    const md5 = hash('md5', text);
    write(root, `${CACHE}/${md5.slice(0, 2)}/${md5.slice(2)}.dir`, text);
    relock(root, `${md5}.dir`);
    const { damaged, outcomes } = await imported(root);
    expect(damaged.map((each) => each.problem)).toEqual([expect.stringContaining(problem)]);
    expect(outcomes['split']).toBe('missing');
  });

  it('tells who is no DVC user that there is nothing to import', async () => {
    const root = temporaryFolder();
    write(root, 'pipeline.yaml', 'stages: {a: {cmd: echo}}\n');
    await expect(importDvc({ cwd: root })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
