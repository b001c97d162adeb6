import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { findDvc, NO_DVC } from '../support/dvc.ts';
import { copyOf, type DvcProject, dvcProject } from '../support/dvc-project.ts';
import { ferment, outcomes, repository } from '../support/project.ts';
import { untilThere } from '../support/runner-project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const program = findDvc();
const withDvc = program === undefined ? describe.skip : describe;

/** Something of all that a dvc.yaml can say. */
const files = {
  'dvc.yaml': `vars: [{prefix: m}]
stages:
  prepare:
    cmd: mkdir -p out && cp -r raw out/split && cp src/tool.sh out/tool.sh && touch out/empty
    deps: [raw, src]
    outs: [out/split, out/tool.sh, out/empty]
  train:
    matrix: {size: [small, large]}
    cmd: echo \${item.size} \${train.name} \${train.rate} > out/\${item.size}.bin && echo '{"acc":0.5}' > \${prefix}-\${item.size}.json
    deps: [out/split]
    params: [train, {extra.json: [x.y]}]
    outs: ["out/\${item.size}.bin"]
    metrics: [{"\${prefix}-\${item.size}.json": {cache: false}}]
  each:
    foreach: {a: 1, b: 2}
    do:
      wdir: work
      cmd: mkdir -p \${key} && echo \${item} > \${key}/n.csv
      deps: [../src/tool.sh]
      params: [{../settings.json: }]
      plots: [{"\${key}/n.csv": {x: step}}]
  keep:
    cmd: cat out/split/a.txt >> log.txt
    deps: [out/split/a.txt]
    outs: [{log.txt: {persist: true}}]
  lines:
    cmd:
    - echo one > lines.txt
    - echo two >> lines.txt
    deps: [out]
    outs: [lines.txt]
  held:
    frozen: false
    cmd: echo held > held.txt
    outs: [held.txt]
`,
  'params.yaml': 'seed: 1\ntrain: {rate: 0.00001, name: "a b", whole: 1.0}\n',
  'extra.json': '{"x": {"y": [1, 2.0]}, "z": 1}\n',
  'settings.json': '{"a": {"b": true}, "c": null}\n',
  'src/tool.sh': 'echo tool\n',
  'raw/a.txt': 'a\r\nb\r\n',
  'raw/sub/\u00e9.txt': 'x',
  'raw/sub/\u{1d4b3}.txt': 'y',
  'raw/sub/\ufdfa.txt': 'z',
  'work/.gitkeep': '',
  'inner/dvc.yaml': `stages:
  copy:
    cmd: cp ../raw/a.txt a.txt
    deps: [../raw/a.txt]
    outs: [a.txt]
`,
};

const STAGES = [
  'each@a',
  'each@b',
  'held',
  'inner:copy',
  'keep',
  'lines',
  'prepare',
  'train@large',
  'train@small',
];

/** Made once, with DVC; each test works on a copy. */
let made: DvcProject | undefined;

function project(): DvcProject {
  made ??= makeProject();
  return copyOf(made);
}

function makeProject(): DvcProject {
  const p = dvcProject(program ?? '', files, afterAll);
  chmodSync(join(p.root, 'src/tool.sh'), 0o755);
  p.dvc('add', 'raw');
  p.dvc('repro', '-P');
  // DVC refuses a frozen stage that never ran.
  writeFileSync(join(p.root, 'dvc.yaml'), files['dvc.yaml'].replace('frozen: false', 'frozen: true'));
  return p;
}

interface Report {
  readonly stages: Readonly<Record<string, { readonly outcome: string }>>;
  readonly data: readonly { readonly path: string; readonly state: string }[];
}

async function importJson({ root }: DvcProject, ...args: readonly string[]): Promise<Report> {
  const result = await ferment(root, ['import-dvc', '--json', ...args]);
  if (result.exit !== 0) throw new Error(`exit ${result.exit}\n${result.stdout}\n${result.stderr}`);
  return JSON.parse(result.stdout) as Report;
}

async function reproOutcomes({ root }: DvcProject): Promise<Record<string, string>> {
  return outcomes(await ferment(root, ['repro', '--json']));
}

function all(outcome: string): Record<string, string> {
  return Object.fromEntries(STAGES.map((name) => [name, name === 'held' ? 'frozen' : outcome]));
}

if (program === undefined) process.stderr.write(`import-dvc: ${NO_DVC}\n`);

withDvc('import-dvc of a project of the real DVC', () => {
  it('leaves nothing to do on the day of the switch, and nothing of DVC changed', async () => {
    const p = project();
    const before = readFileSync(join(p.root, 'dvc.lock'), 'utf8');
    const { stages } = await importJson(p);
    expect(Object.values(stages).map(({ outcome }) => outcome)).toEqual(STAGES.map(() => 'imported'));
    const status = await ferment(p.root, ['status', '--json', '--exit-code']);
    expect(status).toMatchObject({ exit: 0, stdout: '{}\n' });
    expect(await reproOutcomes(p)).toEqual(all('unchanged'));
    expect(readFileSync(join(p.root, 'dvc.lock'), 'utf8')).toBe(before);
    expect(p.dvc('status')).toContain('up to date');
    const again = await importJson(p);
    expect(Object.values(again.stages).every(({ outcome }) => outcome === 'known')).toBe(true);
  }, 180_000);

  it("restores outs that are only in DVC's cache, and puts data of dvc add back", async () => {
    const p = project();
    const outs = ['split', 'tool.sh', 'empty', 'small.bin', 'large.bin'].map((name) => `out/${name}`);
    for (const path of [...outs, 'raw', 'work/a/n.csv', 'lines.txt', 'inner/a.txt'])
      rmSync(join(p.root, path), { recursive: true });
    const { data } = await importJson(p);
    expect(data).toEqual([{ file: 'raw.dvc', path: 'raw', state: 'checked-out' }]);
    expect(await reproOutcomes(p)).toEqual({
      ...all('restored'),
      'each@b': 'unchanged',
      keep: 'unchanged',
    });
    expect(lstatSync(join(p.root, 'out/tool.sh')).mode & 0o100).toBe(0o100);
    expect(p.dvc('status')).toContain('up to date');
  }, 180_000);

  it('leaves stale what DVC would run, and says why', async () => {
    const p = project();
    appendFileSync(join(p.root, 'src/tool.sh'), '# more\n');
    writeFileSync(join(p.root, 'extra.json'), '{"x": {"y": [1, 3]}, "z": 1}\n');
    writeFileSync(join(p.root, 'inner/a.txt'), 'edited\n');
    const { stages } = await importJson(p);
    expect(stages).toMatchObject({
      prepare: { outcome: 'changed', changes: [{ kind: 'dep', name: 'src', change: 'modified' }] },
      'each@a': { outcome: 'changed', changes: [{ kind: 'dep', name: 'src/tool.sh', change: 'modified' }] },
      'train@small': { changes: [{ kind: 'param', name: 'extra.json:x.y', old: [1, 2], new: [1, 3] }] },
      'inner:copy': { changes: [{ kind: 'out', name: 'inner/a.txt', change: 'modified' }], restorable: true },
      keep: { outcome: 'imported' },
    });
    const dvc = JSON.parse(p.dvc('status', '--json')) as Record<string, unknown>;
    const stale = Object.entries(stages).filter(([, { outcome }]) => outcome === 'changed');
    expect(stale.map(([name]) => name.replace('inner:', 'inner/dvc.yaml:')).sort()).toEqual(
      Object.keys(dvc).sort(),
    );
    expect(await reproOutcomes(p)).toMatchObject({
      prepare: 'ran',
      keep: 'unchanged',
      'inner:copy': 'restored',
    });
  }, 180_000);

  it('makes copies of links into a cache outside of the project', async () => {
    const p = dvcProject(program ?? '', files);
    const cache = temporaryFolder();
    writeFileSync(join(p.root, '.dvc/config'), '[cache]\n    type = symlink\n');
    writeFileSync(join(p.root, '.dvc/config.local'), `['cache']\n    dir = ${cache}\n`);
    p.dvc('repro', 'prepare');
    expect(lstatSync(join(p.root, 'out/tool.sh')).isSymbolicLink()).toBe(true);
    const { stages } = await importJson(p);
    expect(stages['prepare']).toEqual({ outcome: 'imported' });
    expect(lstatSync(join(p.root, 'out/tool.sh')).isSymbolicLink()).toBe(false);
    expect((await reproOutcomes(p))['prepare']).toBe('unchanged');
    expect(existsSync(join(p.root, '.dvc/cache/files'))).toBe(false);
  }, 180_000);

  it('restores what other commits had, without the run cache of DVC', async () => {
    const p = dvcProject(program ?? '', {
      'dvc.yaml': `stages:
  a:
    cmd: cat src/in.txt > a.txt && echo \${note} >> a.txt
    deps: [src]
    params: [note]
    outs: [a.txt]
  b:
    cmd: wc -c < a.txt > b.json
    deps: [a.txt, one.txt]
    metrics: [{b.json: {cache: false}}]
`,
      'params.yaml': 'note: first note\n',
      'src/in.txt': 'in',
      'src/sub/tool.sh': 'echo',
      'one.txt': '1',
    });
    chmodSync(join(p.root, 'src/sub/tool.sh'), 0o755);
    const commit = (): void => {
      p.dvc('repro');
      p.git('add', '.');
      p.git('commit', '-q', '-m', 'A state');
    };
    commit();
    writeFileSync(join(p.root, 'src/in.txt'), 'other');
    writeFileSync(join(p.root, 'one.txt'), '2');
    writeFileSync(join(p.root, 'params.yaml'), 'note: another note\n');
    commit();
    rmSync(join(p.root, '.dvc/cache/runs'), { recursive: true });
    await importJson(p, '--all-commits');
    expect(await reproOutcomes(p)).toEqual({ a: 'unchanged', b: 'unchanged' });
    p.git('checkout', '-q', 'HEAD~1', '--', 'src', 'one.txt', 'params.yaml');
    expect(await reproOutcomes(p)).toEqual({ a: 'restored', b: 'restored' });
    expect(readFileSync(join(p.root, 'a.txt'), 'utf8')).toBe('infirst note\n');
  }, 180_000);
});

describe('import-dvc of a project that DVC left', () => {
  function left() {
    const p = cliProject();
    cpSync(join(repository, 'test/fixtures/dvc-project'), p.root, { recursive: true });
    chmodSync(join(p.root, 'src/run.sh'), 0o755);
    return p;
  }

  it('says what it did, what it could not, and what to do next', async () => {
    const p = left();
    p.write('dvc.yaml', p.read('dvc.yaml').replace('cp src/run.sh', 'cp -p src/run.sh'));
    p.remove('.dvc/cache/files/md5/2e');
    p.write('.dvc/cache/files/md5/68/23ae6b27c7998401e0c280fdde1599', 'altered');
    expect(await p.ferment('import-dvc')).toMatchInlineSnapshot(`
      "exit 4
      Imported 1 stage from DVC, 7 new objects (63 B).
      3 earlier runs can be restored. Earlier runs passed over: 2 with outs that are not in DVC's cache.

      Stale in DVC, and stale here
        split  command changed

      Not imported
        train@small  neither here nor in DVC's cache: small.txt
        train@large  neither here nor in DVC's cache: large.txt

      Data that 'dvc add' tracks: plain inputs here, which DVC's cache keeps
        data  from DVC's cache

      Damaged in DVC's cache, and passed over
        ROOT/.dvc/cache/files/md5/68/23ae6b27c7998401e0c280fdde1599  its content is not what its name says

      What is not in the cache: get it with dvc pull, then run ferment import-dvc again.
      Next: ferment repro brings all up to date; keep pipeline.lock in git."
    `);
    expect(await p.ferment('import-dvc', '--dry')).toMatchInlineSnapshot(`
      "exit 4
      Would import 0 stages from DVC, no new objects.
      1 stage had been imported, or run, before.
      Earlier runs passed over: 2 with outs that are not in DVC's cache.

      Stale in DVC, and stale here
        split  command changed

      Not imported
        train@small  neither here nor in DVC's cache: small.txt
        train@large  neither here nor in DVC's cache: large.txt

      Data that 'dvc add' tracks: plain inputs here, which DVC's cache keeps
        data  in place

      Damaged in DVC's cache, and passed over
        ROOT/.dvc/cache/files/md5/68/23ae6b27c7998401e0c280fdde1599  its content is not what its name says

      Nothing was imported. Do it with: ferment import-dvc"
    `);
  });

  it.each(['.ferment/journal', '.ferment/scratch', 'data', '.ferment/runs'])(
    'killed when %s has just come into being, it goes on when it is run again',
    async (path) => {
      const p = left();
      const { child, ended } = p.start('import-dvc');
      await untilThere(join(p.root, path));
      child.kill('SIGKILL');
      await ended;
      const report = JSON.parse(await p.json(0, 'import-dvc', '--json')) as Report;
      for (const { outcome } of Object.values(report.stages))
        expect(['imported', 'known']).toContain(outcome);
      const done = outcomes(await ferment(p.root, ['repro', '--json']));
      expect(new Set(Object.values(done))).toEqual(new Set(['restored']));
      expect(readdirSync(join(p.root, '.ferment/scratch'))).toEqual([]);
    },
  );
});
