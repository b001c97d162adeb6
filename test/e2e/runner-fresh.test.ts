import { chmodSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../src/runner/index.ts';
import { readLock, renderLock } from '../../src/runner/lock/index.ts';
import { runnerProject } from '../support/runner-project.ts';

const CHAIN = {
  'pipeline.yaml': `
stages:
  upper:
    cmd: tr a-z A-Z < in.txt > upper.txt
    deps: [in.txt]
    outs: [upper.txt]
  count:
    cmd: mkdir -p counts && wc -c < upper.txt > counts/bytes && cp upper.txt counts/copy && echo {} > m.json
    deps: [upper.txt]
    params: [n]
    outs: [counts]
    metrics: [{m.json: {cache: false}}]
`,
  'params.yaml': 'n: 1\n',
  'in.txt': 'abc\n',
};

it('a first run runs all, a second one nothing, and the outs are there', async () => {
  const p = runnerProject(CHAIN);
  expect((await p.repro()).outcomes).toEqual({ upper: 'ran', count: 'ran' });
  expect(p.read('upper.txt')).toBe('ABC\n');
  const lock = p.read('pipeline.lock');
  const again = await p.repro();
  expect(again.outcomes).toEqual({ upper: 'unchanged', count: 'unchanged' });
  expect(again.summary.ok).toBe(true);
  expect(p.read('pipeline.lock')).toBe(lock);
});

it('stops at the first stage whose result is the same again', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  p.write('in.txt', 'AbC\n');
  expect((await p.repro()).outcomes).toEqual({ upper: 'ran', count: 'unchanged' });
});

it('a file that was touched but not changed runs nothing', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  p.write('in.txt', 'abc\n');
  expect((await p.repro()).outcomes).toEqual({ upper: 'unchanged', count: 'unchanged' });
});

it('an edit that is taken back is restored, with metrics that git tracks, and nothing runs', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  p.write('in.txt', 'abcd\n');
  p.write('params.yaml', 'n: 2\n');
  expect((await p.repro()).outcomes).toEqual({ upper: 'ran', count: 'ran' });
  expect(p.read('counts/bytes').trim()).toBe('5');
  p.write('in.txt', 'abc\n');
  p.write('params.yaml', 'n: 1\n');
  expect((await p.repro()).outcomes).toEqual({ upper: 'restored', count: 'restored' });
  expect(p.read('upper.txt')).toBe('ABC\n');
  expect(p.read('counts/bytes').trim()).toBe('4');
  expect((await p.repro()).outcomes).toEqual({ upper: 'unchanged', count: 'unchanged' });
});

it('outs that were removed or edited come back from the store, exactly: extra files go', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  p.remove('upper.txt');
  p.write('counts/extra', 'x');
  p.write('counts/copy', 'edited');
  p.remove('m.json');
  expect((await p.repro()).outcomes).toEqual({ upper: 'restored', count: 'restored' });
  expect(readdirSync(join(p.root, 'counts')).sort()).toEqual(['bytes', 'copy']);
  expect(p.read('counts/copy')).toBe('ABC\n');
  expect(p.read('m.json')).toBe('{}\n');
});

it('a restored file keeps its right to be executed, and can be written', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  make:
    cmd: mkdir bin && printf '#!/bin/sh\\necho hi\\n' > bin/tool && chmod 755 bin/tool && echo data > bin/data
    params: [n]
    outs: [bin]
`,
    'params.yaml': 'n: 1\n',
  });
  await p.repro();
  p.remove('bin');
  expect((await p.repro()).outcomes).toEqual({ make: 'restored' });
  expect(statSync(join(p.root, 'bin/tool')).mode & 0o777).toBe(0o777 & ~process.umask());
  expect(statSync(join(p.root, 'bin/data')).mode & 0o777).toBe(0o666 & ~process.umask());
  expect(statSync(join(p.root, '.ferment/objects')).isDirectory()).toBe(true);
});

it('--force runs what is fresh, --no-run-cache runs what could be restored', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  expect((await p.repro({ force: true })).outcomes).toEqual({ upper: 'ran', count: 'ran' });
  p.write('params.yaml', 'n: 2\n');
  await p.repro();
  p.write('params.yaml', 'n: 1\n');
  expect((await p.repro({ useRunCache: false })).outcomes).toEqual({ upper: 'unchanged', count: 'ran' });
});

it('a lost lock costs no run: everything is in the run cache', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  const lock = p.read('pipeline.lock');
  p.remove('pipeline.lock');
  expect((await p.repro()).outcomes).toEqual({ upper: 'restored', count: 'restored' });
  expect(p.read('pipeline.lock')).toBe(lock);
});

it('a dry run says what would happen, also behind what would be restored, and touches nothing', async () => {
  const p = runnerProject(CHAIN);
  expect((await p.repro({ dry: true })).outcomes).toEqual({ upper: 'ran', count: 'ran' });
  expect(p.has('upper.txt')).toBe(false);
  await p.repro();
  p.remove('upper.txt');
  p.remove('counts');
  expect((await p.repro({ dry: true })).outcomes).toEqual({ upper: 'restored', count: 'restored' });
  expect(p.has('upper.txt')).toBe(false);
  p.write('params.yaml', 'n: 7\n');
  expect((await p.repro({ dry: true })).outcomes).toEqual({ upper: 'restored', count: 'ran' });
});

it('says why: the reasons come with the decision', async () => {
  const p = runnerProject(CHAIN);
  const reasons = (await p.repro()).events.flatMap((event) =>
    event.type === 'stage-decided' ? [event.reasons] : [],
  );
  expect(reasons).toEqual([
    [{ kind: 'never-run', name: '', change: 'new' }],
    [{ kind: 'never-run', name: '', change: 'new' }],
  ]);
  p.write('params.yaml', 'n: 2\n');
  const later = (await p.repro()).events.flatMap((event) =>
    event.type === 'stage-decided' && event.stage === 'count' ? event.reasons : [],
  );
  expect(later).toEqual([{ kind: 'param', name: 'params.yaml:n', change: 'modified', old: 1, new: 2 }]);
});

it('callback stages and always_changed stages run every time, frozen ones never', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  hello: {cmd: 'true'}
  always: {cmd: date > now.txt, outs: [now.txt], always_changed: true}
  ice: {cmd: 'false', deps: [missing.txt], outs: [ice.txt], frozen: true}
`,
    'ice.txt': 'cold\n',
  });
  expect((await p.repro()).outcomes).toEqual({ hello: 'ran', always: 'ran', ice: 'frozen' });
  expect((await p.repro()).outcomes).toEqual({ hello: 'ran', always: 'ran', ice: 'frozen' });
  p.remove('ice.txt');
  const failed = await p.repro();
  expect(failed.outcomes['ice']).toBe('failed');
  expect(failed.summary.error).toMatchObject({
    code: 'MISSING_OUT',
    message: "Stage 'ice' is frozen, but its out ice.txt does not exist.",
  });
});

it('a missing dep names stage, path and the nearest name there is', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {read: {cmd: cat data/train.csv, deps: [data/train.csv]}}\n',
    'data/trian.csv': '1\n',
  });
  const { summary } = await p.repro();
  expect(summary.error).toMatchObject({
    code: 'MISSING_DEP',
    message: "Stage 'read' depends on data/train.csv, which does not exist.",
    hint: "Did you mean 'data/trian.csv'?",
    exit: 1,
  });
});

it('a dep that another stage makes says which', async () => {
  const p = runnerProject(CHAIN);
  const { summary } = await p.repro({ targets: ['count'], singleItem: true });
  expect(summary.error).toMatchObject({
    code: 'MISSING_DEP',
    hint: "Stage 'upper' makes it: ferment repro upper",
  });
});

it('a dep that the folder of another stage lacks is told as that, not as one that the stage would make', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  make: {cmd: 'mkdir made && echo 1 > made/x', outs: [made]}
  read: {cmd: cat made/y > read, deps: [made/y], outs: [read]}
`,
  });
  const { summary, outcomes } = await p.repro();
  expect(outcomes).toEqual({ make: 'ran', read: 'failed' });
  expect(summary.error).toMatchObject({
    code: 'MISSING_DEP',
    message: "Stage 'read' depends on made/y, which does not exist.",
    hint: "It is not in made, which stage 'make' makes: correct the path in pipeline.yaml, or let 'make' write it.",
  });
});

it('glob deps: the files on disk count, a new one is a change, and declared outs stand for themselves', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  part:
    foreach: [a, b]
    do: {cmd: 'mkdir -p parts && echo \${item} > parts/\${item}.txt', outs: ['parts/\${item}.txt']}
  all: {cmd: cat parts/*.txt > all.txt, deps: ['parts/*.txt'], outs: [all.txt]}
  texts: {cmd: cat texts/*.md > texts.out, deps: ['texts/**/*.md'], outs: [texts.out]}
`,
    'texts/one.md': '1\n',
    'texts/deep/two.md': '2\n',
  });
  expect((await p.repro()).summary.ok).toBe(true);
  expect(p.read('all.txt')).toBe('a\nb\n');
  p.write('parts/stray.txt', 'x\n');
  p.write('texts/three.md', '3\n');
  expect((await p.repro()).outcomes).toEqual({
    'part@a': 'unchanged',
    'part@b': 'unchanged',
    all: 'unchanged',
    texts: 'ran',
  });
  p.remove('texts');
  expect((await p.repro({ targets: ['texts'] })).summary.error).toMatchObject({
    code: 'MISSING_DEP',
    message: "Stage 'texts' depends on texts/**/*.md, which matches no file.",
  });
});

it('environment variables are inputs; of a secret the lock has only the digest', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {env: {cmd: echo $FLAVOUR $API_TOKEN > env.txt, env: [FLAVOUR, API_TOKEN], outs: [env.txt]}}\n',
  });
  process.env['FLAVOUR'] = 'sour';
  process.env['API_TOKEN'] = 'hunter2hunter2';
  try {
    expect((await p.repro()).outcomes).toEqual({ env: 'ran' });
    expect(p.read('pipeline.lock')).toContain('sour');
    expect(p.read('pipeline.lock')).not.toContain('hunter2');
    expect((await p.repro()).outcomes).toEqual({ env: 'unchanged' });
    process.env['FLAVOUR'] = 'sweet';
    expect((await p.repro()).outcomes).toEqual({ env: 'ran' });
  } finally {
    delete process.env['FLAVOUR'];
    delete process.env['API_TOKEN'];
  }
});

it('names with blanks, quotes and line breaks are names like others', async () => {
  const odd = `it's "odd" $HOME\n#1`;
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  odd:
    cmd: cp "$FERMENT_DEP_SOURCE" "$FERMENT_OUT_RESULT"
    deps: {source: ${JSON.stringify(`in/${odd}`)}}
    outs: {result: ${JSON.stringify(`out dir/${odd}`)}}
`,
    [`in/${odd}`]: 'content\n',
  });
  expect((await p.repro()).outcomes).toEqual({ odd: 'ran' });
  expect(p.read(`out dir/${odd}`)).toBe('content\n');
  p.remove('out dir');
  expect((await p.repro()).outcomes).toEqual({ odd: 'restored' });
  expect(p.read(`out dir/${odd}`)).toBe('content\n');
});

it('a string of several lines is one script, a list is one command after the other', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  script:
    cmd: |
      cd sub
      if true; then
        pwd > ../where.txt
      fi
    outs: [where.txt]
    deps: [sub]
  list:
    cmd:
      - cd sub
      - pwd > list.txt
    outs: [list.txt]
    deps: [sub]
  fails:
    cmd: |
      false
      echo not reached > reached.txt
    outs: [reached.txt]
`,
    'sub/x': '',
  });
  const { outcomes } = await p.repro({ keepGoing: true });
  expect(outcomes).toEqual({ script: 'ran', list: 'ran', fails: 'failed' });
  expect(p.read('where.txt').trim()).toBe(join(p.root, 'sub'));
  expect(p.read('list.txt').trim()).toBe(p.root);
  expect(p.has('reached.txt')).toBe(false);
});

it('a link inside the project is followed, one that leaves it is refused', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {read: {cmd: cat data/link > o.txt, deps: [data], outs: [o.txt]}}\n',
    'real/file': '1\n',
  });
  mkdirSync(join(p.root, 'data'));
  symlinkSync('../real/file', join(p.root, 'data/link'));
  expect((await p.repro()).outcomes).toEqual({ read: 'ran' });
  p.write('real/file', '2\n');
  expect((await p.repro()).outcomes).toEqual({ read: 'ran' });
  symlinkSync('/etc/hostname', join(p.root, 'data/away'));
  expect((await p.repro()).summary.error).toMatchObject({ code: 'BAD_PATH' });
});

it('outs are never written through a link that leads out of the project', async () => {
  const p = runnerProject({ 'pipeline.yaml': 'stages: {w: {cmd: echo 1 > out/x, outs: [out/x]}}\n' });
  const outside = runnerProject({ keep: 'precious\n' });
  symlinkSync(outside.root, join(p.root, 'out'));
  const { summary } = await p.repro();
  expect(summary.error).toMatchObject({ code: 'BAD_PATH' });
  expect(readdirSync(outside.root)).toEqual(['keep']);
});

it('a fresh clone that brings the store along restores everything', async () => {
  const p = runnerProject(CHAIN);
  await p.repro();
  const clone = runnerProject(CHAIN);
  clone.write('pipeline.lock', p.read('pipeline.lock'));
  renameSync(join(p.root, '.ferment'), join(clone.root, '.ferment'));
  expect((await clone.repro()).outcomes).toEqual({ upper: 'restored', count: 'restored' });
});

it('a dep that is a pipe is refused, one that cannot be read says so', async () => {
  const p = runnerProject({ 'pipeline.yaml': 'stages: {r: {cmd: "true", deps: [x]}}\n', x: '1' });
  if (process.getuid?.() !== 0) {
    chmodSync(join(p.root, 'x'), 0);
    expect((await p.repro()).summary.error).toMatchObject({ code: 'UNREADABLE' });
  }
  p.remove('x');
  writeFileSync(join(p.root, 'make'), '');
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [join(p.root, 'x')]);
  expect((await p.repro()).summary.error).toMatchObject({ code: 'BAD_PATH' });
});

it('a name that only looks like the one that is there says so', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {a: {cmd: echo > out, deps: ["caf\u00e9.txt"], outs: [out]}}\n',
    'cafe\u0301.txt': '1',
  });
  expect((await p.repro()).summary.error).toMatchObject({
    code: 'MISSING_DEP',
    hint: expect.stringContaining(
      "its accents written in another way (Unicode): rename it to 'caf\u00e9.txt'",
    ),
  });
});

it('a file that a glob matches and whose name is no UTF-8 is refused as such', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {a: {cmd: echo > out, deps: ["d/*"], outs: [out]}}\n',
    'd/a': '1',
  });
  writeFileSync(Buffer.concat([Buffer.from(`${p.root}/d/`), Buffer.from([0xff])]), 'x');
  const { error } = (await p.repro()).summary;
  expect(error).toMatchObject({ code: 'BAD_PATH', message: expect.stringContaining('is not valid UTF-8') });
});

const NAMED = {
  'pipeline.yaml': `
stages:
  s:
    cmd: cat $FERMENT_DEP_A > $FERMENT_OUT_TEXT; echo other > $FERMENT_OUT_OTHER
    deps: {a: a.txt, b: b.txt}
    outs: {text: text, other: other}
`,
  'a.txt': 'a\n',
  'b.txt': 'b\n',
};

it('a stage whose deps change their names with each other runs again, and so do outs', async () => {
  const p = runnerProject(NAMED);
  await p.repro();
  const pipeline = p.read('pipeline.yaml').replace('a: a.txt, b: b.txt', 'a: b.txt, b: a.txt');
  p.write('pipeline.yaml', pipeline);
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect(p.read('text')).toBe('b\n');
  p.write('pipeline.yaml', pipeline.replace('text: text, other: other', 'text: other, other: text'));
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect([p.read('text'), p.read('other')]).toEqual(['other\n', 'b\n']);
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
  p.write('pipeline.yaml', NAMED['pipeline.yaml']);
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect([p.read('text'), p.read('other')]).toEqual(['a\n', 'other\n']);
});

it('a module that a lock from before names counted holds stays up to date, and its outs come back', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {m: {module: m.mjs, outs: {o: out}}}\n',
    'm.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('out', 'once');\n",
    'package.json': '{}',
  });
  await p.repro();
  const { m } = Object.fromEntries(readLock(p.root).entries);
  if (m === undefined) throw new TypeError('The lock has no block of the stage.');
  const inputs = { ...m.inputs, names: undefined };
  p.write(
    'pipeline.lock',
    renderLock(new Map([['m', { ...m, inputs, fingerprint: fingerprintOf(inputs) }]])),
  );
  p.remove('.ferment/runs');
  expect((await p.repro()).outcomes).toEqual({ m: 'unchanged' });
  p.remove('out');
  expect((await p.repro()).outcomes).toEqual({ m: 'restored' });
});
