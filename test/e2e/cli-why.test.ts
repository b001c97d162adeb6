import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { type CliProject, cliProject } from '../support/cli-project.ts';

async function ran(): Promise<CliProject> {
  const p = cliProject({
    'pipeline.yaml': `stages:
  split: {cmd: mkdir out && cp in/* out, deps: [in], outs: [out]}
  train:
    module: train.ts
    deps: [out, src]
    params: [rate, model]
    env: [FERMENT_TEST_SEED]
    outs: [model.txt]
`,
    'params.yaml': 'rate: 0.1\nmodel: {layers: [1, 2]}\n',
    'package.json': '{"type": "module", "sideEffects": false}',
    'train.ts':
      "import { writeFileSync } from 'node:fs';\nimport { loss } from './lib/loss.ts';\nwriteFileSync('model.txt', String(loss));\n",
    'lib/loss.ts': 'const half = 0.5;\nexport const loss = half;\n',
    'in/a': 'one\n',
    'src/a.py': 'one\ntwo\n',
    'src/b.py': 'x = 1\n',
    '.gitignore': '/.ferment\n/out\n/model.txt\n',
  });
  await p.ferment('repro', '-j1');
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: p.root });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'one');
  return p;
}

function dated(shown: string): string {
  return shown.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'DATE');
}

it('why goes down to the key, the file with its lines, the imported module, and outs changed by hand', async () => {
  const p = await ran();
  expect(await p.ferment('why', 'train')).toBe('exit 0\ntrain is up to date by itself.');
  p.write('params.yaml', 'rate: 0.2\nmodel: {layers: [1, 2], wide: true}\n');
  p.write('lib/loss.ts', '// a comment\nconst half = 0.25;\nexport const loss = half;\n');
  p.write('src/a.py', 'one\ntwo\nthree\n');
  p.remove('src/b.py');
  p.write('src/c.py', 'y = 2\n');
  p.write('out/extra', 'by hand\n');
  expect(await p.ferment('why', 'train')).toMatchInlineSnapshot(`
    "exit 0
    train would run.
      code   train.ts                changed
             modified  lib/loss.ts  +2 −1
      dep    out                     changed
             added  out/extra
      dep    src                     changed
             modified  src/a.py  +1 −0
             deleted   src/b.py
             added     src/c.py
      param  params.yaml:model.wide  none → true
      param  params.yaml:rate        0.1 → 0.2
      What it needs is stale, too:
        split  out out changed"
  `);
  const answer: unknown = JSON.parse(await p.json(0, 'why', 'train', '--json'));
  expect(answer).toMatchObject({
    stage: 'train',
    next: 'run',
    code: [{ name: 'lib/loss.ts', change: 'modified', lines: { added: 2, deleted: 1 } }],
    files: {
      out: [{ change: 'added', path: 'out/extra' }],
      src: [
        { change: 'modified', path: 'src/a.py', lines: { added: 1, deleted: 0 } },
        { change: 'deleted', path: 'src/b.py' },
        { change: 'added', path: 'src/c.py' },
      ],
    },
  });
  expect(dated(await p.ferment('why', 'split'))).toMatchInlineSnapshot(`
    "exit 0
    split would be restored from the run of DATE.
      out    out  changed since the run, by hand
             added  out/extra"
  `);
  expect(await p.ferment('why')).toMatchInlineSnapshot(`
    "exit 0
    split
      out out changed
    train
      code of train.ts changed
      out changed
      src changed
      params.yaml:model.wide none → true
      params.yaml:rate 0.1 → 0.2

    What would run: ferment repro --dry"
  `);
});

it('why says what a command was and is, and from which run a stage would be restored', async () => {
  const p = await ran();
  const pipeline = p.read('pipeline.yaml');
  p.write('pipeline.yaml', pipeline.replace('cp in/* out', 'cp -r in/* out'));
  expect(await p.ferment('why', 'split')).toMatchInlineSnapshot(`
    "exit 0
    split would run.
      cmd    command  changed:
             - mkdir out && cp in/* out
             + mkdir out && cp -r in/* out"
  `);
  p.write('pipeline.yaml', pipeline);
  p.remove('out');
  expect(dated(await p.ferment('why', 'split'))).toMatchInlineSnapshot(`
    "exit 0
    split would be restored from the run of DATE.
      out    out  is missing"
  `);
});

it('why names files and lines also of folders that neither git nor another stage has, after gc and fsck, too', async () => {
  const p = cliProject({
    'pipeline.yaml': `stages:
  count: {cmd: "cat src/* data/* | wc -c > n", deps: [src, data, one.txt], outs: [n]}
`,
    'src/a.py': 'one\ntwo\n',
    'src/b.py': 'x = 1\n',
    'data/picture': 'a\0b',
    'data/large.txt': 'line\n'.repeat(14_000),
    'one.txt': 'one\n',
  });
  await p.ferment('repro');
  // The three texts, the two lists of files, and the out.
  expect(await p.ferment('fsck')).toContain('Checked 6 objects');
  expect(await p.ferment('gc', '--force')).toContain('Nothing to delete.');
  p.write('src/a.py', 'one\nthree\nfour\n');
  p.remove('src/b.py');
  p.write('src/c.py', 'y = 2\n');
  p.write('data/picture', 'c\0d');
  p.write('data/large.txt', 'word\n'.repeat(14_000));
  p.write('one.txt', 'one\n2\n');
  expect(await p.ferment('why', 'count')).toMatchInlineSnapshot(`
    "exit 0
    count would run.
      dep    data     changed
             modified  data/large.txt
             modified  data/picture
      dep    one.txt  changed, +1 −0
      dep    src      changed
             modified  src/a.py  +2 −1
             deleted   src/b.py
             added     src/c.py"
  `);
  expect(await p.ferment('repro')).toContain('1 ran');
  // What only the old result named goes: two lists, three texts, the old out.
  expect(await p.ferment('gc', '--force', '--keep-runs', '0')).toContain('Deleted 6 objects, 1 result');
});

it('why names the packages with their versions, and the folder in which a command runs', async () => {
  const lock = (version: string): string =>
    JSON.stringify({
      packages: {
        '': {},
        'node_modules/one': { version: '1.0.0', integrity: 'sha512-one', dependencies: { two: '*' } },
        'node_modules/two': { version, integrity: `sha512-${version}` },
      },
    });
  const p = cliProject({
    'pipeline.yaml': `stages:
  program: {module: program.ts, outs: [a.txt], params: [n]}
  command: {cmd: echo hello > b.txt, wdir: here, deps: [in], outs: [b.txt]}
`,
    'params.yaml': 'n: 1\n',
    'here/in': 'x',
    'there/in': 'x',
    'package.json': '{"type": "module"}',
    'package-lock.json': lock('1.0.0'),
    'node_modules/one/package.json': '{"version": "1.0.0", "type": "module", "main": "index.js"}',
    'node_modules/one/index.js': 'export const one = 1;\n',
    'program.ts':
      "import { writeFileSync } from 'node:fs';\nimport { one } from 'one';\nwriteFileSync('a.txt', String(one));\n",
  });
  await p.ferment('repro', '-j1');
  p.write('package-lock.json', lock('1.2.0'));
  expect(await p.ferment('why', 'program')).toMatchInlineSnapshot(`
    "exit 0
    program would run.
      code   packages  changed
             modified  two  1.0.0 → 1.2.0"
  `);
  p.write('pipeline.yaml', p.read('pipeline.yaml').replace('wdir: here', 'wdir: there'));
  expect(await p.ferment('why', 'command')).toMatchInlineSnapshot(`
    "exit 0
    command would run.
      cmd    wdir         here → there
      dep    here/in      is no longer a dep
      dep    there/in     is new
      out    here/b.txt   is no longer declared
      out    there/b.txt  is new"
  `);
  expect(await p.ferment('status')).toMatchInlineSnapshot(`
    "exit 0
    program
      packages changed
    command
      wdir changed
      here/in is no longer a dep
      there/in is new
      out here/b.txt is no longer declared
      out there/b.txt is new

    What would run: ferment repro --dry"
  `);
});
