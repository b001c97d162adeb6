import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { repository } from '../support/project.ts';

/** Two chains that know nothing of each other, in a group, and one stage at the end of both. */
const PIPELINE = `stages:
  train:
    desc: Train one
    foreach: [a, a-name-that-is-longer-than-the-other]
    do:
      cmd: sh train.sh \${item}
      deps: [train.sh, "\${item}.in"]
      metrics: [{"\${item}.json": {cache: false, headline: [accuracy]}}]
  report:
    desc: Write it up
    cmd: cat *.json > report.md
    deps: ["*.json"]
    outs: {report: {path: report.md, cache: false, desc: The report, headline: true}}
`;

const PROGRAM = `
echo "reading $1"
grep -q bad $1.in && { echo "$1.in is bad" >&2; exit 3; }
echo '{"type":"record","key":"training","value":{"device":"cpu","imagesPerSecond":312.5}}' >&3
echo '{"type":"warning","text":"Few images."}' >&3
echo '{"accuracy": 0.75}' > $1.json
`;

const LONG = 'a-name-that-is-longer-than-the-other';
const files = { 'pipeline.yaml': PIPELINE, 'train.sh': PROGRAM, 'a.in': 'good', [`${LONG}.in`]: 'good' };

it('a run tells what runs and why, in columns, and ends with the figures', async () => {
  const p = cliProject(files);
  expect(await p.ferment('repro', '-j1')).toMatchInlineSnapshot(`
    "exit 0
    runs       train@a                                     for the first time
    runs       train@a-name-that-is-longer-than-the-other  for the first time
    train@a | reading a
    warning    train@a                                     Few images.
    ran        train@a                                     in TIME
    train@a-name-that-is-longer-than-the-other | reading a-name-that-is-longer-than-the-other
    warning    train@a-name-that-is-longer-than-the-other  Few images.
    ran        train@a-name-that-is-longer-than-the-other  in TIME
    runs       report                                      for the first time
    ran        report                                      in TIME
    3 ran in TIME.

                                                accuracy
    train@a                                         0.75
    train@a-name-that-is-longer-than-the-other      0.75

    The report: report.md"
  `);
  expect(await p.ferment('repro')).toMatchInlineSnapshot(`
    "exit 0
    Nothing to do: 3 stages up to date (TIME).

                                                accuracy
    train@a                                         0.75
    train@a-name-that-is-longer-than-the-other      0.75

    The report: report.md"
  `);
  p.write('a.in', 'also good');
  expect(await p.ferment('repro', '--dry')).toMatchInlineSnapshot(`
    "exit 0
    would run  train@a                                     a.in changed
    would run  report                                      a.json changed
    2 would run, 1 would stay. Nothing was run."
  `);
  expect(await p.ferment('repro', '-j1', '--force', 'train@a')).toMatchInlineSnapshot(`
    "exit 0
    runs       train@a  a.in changed
    train@a | reading a
    warning    train@a  Few images.
    ran        train@a  in TIME
    1 ran in TIME.

             accuracy
    train@a      0.75"
  `);
});

it('failures come once more at the end, each with the last lines of its output where those are out of sight', async () => {
  const p = cliProject({ ...files, 'a.in': 'bad', [`${LONG}.in`]: 'bad' });
  expect(await p.ferment('repro', '-j1', '--keep-going')).toMatchInlineSnapshot(`
    "exit 1
    runs       train@a                                     for the first time
    runs       train@a-name-that-is-longer-than-the-other  for the first time
    train@a | reading a
    train@a | a.in is bad
    failed     train@a                                     after TIME
    train@a-name-that-is-longer-than-the-other | reading a-name-that-is-longer-than-the-other
    train@a-name-that-is-longer-than-the-other | a-name-that-is-longer-than-the-other.in is bad
    failed     train@a-name-that-is-longer-than-the-other  after TIME
    blocked    report                                      by train@a
    2 failed, 1 blocked in TIME.
    ! error: Stage 'train@a-name-that-is-longer-than-the-other' failed: its command exited with 3.
    What it wrote: ferment logs train@a-name-that-is-longer-than-the-other
    train@a | reading a
    train@a | a.in is bad
    error: Stage 'train@a' failed: its command exited with 3.
    What it wrote: ferment logs train@a"
  `);
});

it('commands in hints can be pasted, whatever the stage is called', async () => {
  const p = cliProject({
    'pipeline.yaml': `stages:
  s:
    foreach: ["a b", "$(touch made)"]
    do: {cmd: exit 3}
`,
  });
  const shown = await p.ferment('repro', '-k', '-j1');
  expect(shown).toContain("What it wrote: ferment logs 's@a b'");
  expect(shown).toContain("What it wrote: ferment logs 's@$(touch made)'");
});

it('commands in hints are about the pipeline that the command was about', async () => {
  const p = cliProject({
    'pipeline.yaml': 'stages: {a: {cmd: touch x, outs: [x]}}\n',
    'other one.yaml': 'stages: {a: {cmd: exit 3}, b: {cmd: touch y, outs: [y], frozen: true}}\n',
  });
  const other = ['--file', 'other one.yaml'];
  expect(await p.ferment('status', ...other)).toContain("Begin with: ferment repro --file 'other one.yaml'");
  const shown = await p.ferment('repro', '-k', ...other);
  expect(shown).toContain("What it wrote: ferment logs a --file 'other one.yaml'");
  expect(shown).toContain("put its outs back with: ferment checkout b --file 'other one.yaml'");
});

it('a stage that has only failed is not said never to have run, nor one that was restored', async () => {
  const p = cliProject({
    'pipeline.yaml': 'stages: {a: {cmd: test -e go && cp go a, deps: [in], outs: [a]}}\n',
    in: '',
  });
  await p.ferment('repro');
  expect(await p.ferment('status')).toBe(
    'exit 0\nThere is no result yet (1 stage). Begin with: ferment repro',
  );
  expect(await p.ferment('why', 'a')).toBe('exit 0\na would run.\n  It has no result yet.');
  p.write('go', '1');
  await p.ferment('repro');
  p.remove('.ferment/logs');
  expect(await p.ferment('logs', 'a')).toBe(
    "exit 1\n! There is no log of 'a': its result was restored or made elsewhere, or its run is long ago.",
  );
});

it('logs prints the output of the latest run, and on stderr what is on record of it', async () => {
  const p = cliProject(files);
  expect(await p.ferment('logs', 'train@a')).toMatchInlineSnapshot(`
    "exit 1
    ! There is no log of 'train@a': it has not run yet."
  `);
  await p.json(0, 'repro', '--json');
  const shown = await p.ferment('logs', 'train@a');
  expect(
    shown.replace(/, peak memory [\d.]+ \w+/, '').replace(/Node v\S+ on .*/, 'Node on HOST'),
  ).toMatchInlineSnapshot(`
    "exit 0
    reading a
    ! ran in TIME; run RUN, Node on HOST
      training.device           cpu
      training.imagesPerSecond  312.5"
  `);
  expect(await p.ferment('logs', 'train@a', '--path')).toMatchInlineSnapshot(`
    "exit 0
    .ferment/logs/RUN/train@a.log"
  `);
  p.write('a.in', 'bad');
  await p.json(1, 'repro', '--json');
  expect((await p.ferment('logs', 'train@a')).replace(/, peak.*|; run.*/, '')).toMatchInlineSnapshot(`
    "exit 0
    reading a
    a.in is bad
    ! failed in TIME"
  `);
});

it('list, dag, why and checkout', async () => {
  const p = cliProject(files);
  expect(await p.ferment('list')).toMatchInlineSnapshot(`
    "exit 0
    train@a                                     Train one
    train@a-name-that-is-longer-than-the-other  Train one
    report                                      Write it up"
  `);
  expect(await p.ferment('dag')).toMatchInlineSnapshot(`
    "exit 0
    ┌───────────┐
    │ train (2) │
    └─────┬─────┘
          │
     ┌────┴───┐
     │ report │
     └────────┘"
  `);
  await p.json(0, 'repro', '--json');
  p.write('a.in', 'better');
  expect(await p.ferment('why', 'report')).toMatchInlineSnapshot(`
    "exit 0
    report is up to date by itself.
      What it needs is stale, so it may follow:
        train@a  a.in changed"
  `);
  p.remove('report.md');
  p.remove('a.json');
  expect(await p.ferment('checkout')).toMatchInlineSnapshot(`
    "exit 0
    A	a.json
    A	report.md"
  `);
  expect(await p.ferment('checkout')).toMatchInlineSnapshot(`
    "exit 0
    Nothing to put back."
  `);
});

it('output that cannot be written is an error, not a silent success', (context) => {
  if (!existsSync('/dev/full')) return context.skip('this system has no /dev/full');
  const p = cliProject(files);
  const shell = `"${process.execPath}" "${join(repository, 'bin/ferment.js')}" list > /dev/full`;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', shell], { cwd: p.root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    4,
    'error: Cannot write the output: ENOSPC: no space left on device, write.\n',
  ]);
});

it('list says of each stage what it is for, else what it makes, else what it runs and reads', async () => {
  const p = cliProject({
    'pipeline.yaml': `stages:
  described: {desc: What it is for, cmd: x, outs: [o]}
  many: {cmd: x, outs: [a, b, c, d, e, f]}
  notify: {cmd: ["curl -s https://example.org", "echo done"], deps: [o]}
  script:
    cmd: |
      set -e
      echo hello
  program: {module: stages/p.ts}
`,
    'stages/p.ts': '',
  });
  expect(await p.ferment('list')).toMatchInlineSnapshot(`
    "exit 0
    described  What it is for
    many       makes a, b, c, d and 2 more
    notify     runs curl -s https://example.org …, reads o
    script     runs echo hello …
    program    runs stages/p.ts"
  `);
});

it('a pattern that may match nothing reads nothing that a stage wrote which is left out', async () => {
  const p = cliProject({
    'pipeline.yaml': `stages:
  map: {cmd: mkdir -p maps && echo 1 > maps/a, outs: [maps/a]}
  report:
    cmd: 'echo "maps: $FERMENT_DEP_MAPS" > report.md'
    deps: {maps: {path: "maps/*", optional: true}}
    outs: [report.md]
`,
  });
  await p.ferment('repro');
  expect(p.read('report.md')).toBe('maps: maps/a\n');
  expect(await p.ferment('repro', '--without', 'map')).toMatchInlineSnapshot(`
    "exit 0
    without map
    runs       report  maps/a is missing
    ran        report  in TIME
    1 ran in TIME."
  `);
  expect([p.read('report.md'), p.read('maps/a')]).toEqual(['maps: \n', '1\n']);
  // Of the pipeline that was run, status says the same; of the whole one, what is stale.
  expect(await p.ferment('status', '--without', 'map')).toMatchInlineSnapshot(`
    "exit 0
    Everything is up to date."
  `);
  expect(await p.ferment('status')).toMatchInlineSnapshot(`
    "exit 0
    report
      maps/a is new

    What would run: ferment repro --dry"
  `);
});

it('status without a stage says how to run so', async () => {
  const p = cliProject({ ...files, 'a.in': 'good' });
  expect(await p.ferment('status', '--without', 'train@a')).toMatchInlineSnapshot(`
    "exit 0
    There is no result yet (2 stages). Begin with: ferment repro --without train@a"
  `);
  await p.ferment('repro', '--without', 'train@a');
  p.write('a.in', 'other');
  expect(await p.ferment('status', '--without', 'train@a')).toMatchInlineSnapshot(`
    "exit 0
    Everything is up to date."
  `);
  expect(await p.ferment('status', '--without', 'train@a', 'report', '--exit-code')).toMatchInlineSnapshot(`
    "exit 0
    Everything is up to date."
  `);
  expect(await p.ferment('status', '--without', 'none')).toMatchInlineSnapshot(`
    "exit 2
    ! error: There is no stage, group or out 'none'.
    The stages are listed by: ferment list"
  `);
});

it('a run without a stage leaves out what needs it, and the next plain run makes up for it', async () => {
  const p = cliProject({ ...files, 'a.in': 'bad' });
  expect(await p.ferment('repro', '--without', 'train@a')).toMatchInlineSnapshot(`
    "exit 0
    without train@a
    runs       train@a-name-that-is-longer-than-the-other  for the first time
    train@a-name-that-is-longer-than-the-other | reading a-name-that-is-longer-than-the-other
    warning    train@a-name-that-is-longer-than-the-other  Few images.
    ran        train@a-name-that-is-longer-than-the-other  in TIME
    runs       report                                      for the first time
    ran        report                                      in TIME
    2 ran in TIME.

                                                accuracy
    train@a-name-that-is-longer-than-the-other      0.75

    The report: report.md"
  `);
  p.write('a.in', 'good');
  expect(await p.ferment('repro')).toMatchInlineSnapshot(`
    "exit 0
    runs       train@a                                     for the first time
    train@a | reading a
    warning    train@a                                     Few images.
    ran        train@a                                     in TIME
    runs       report                                      a.json is new
    ran        report                                      in TIME
    2 ran, 1 unchanged in TIME.

                                                accuracy
    train@a                                         0.75
    train@a-name-that-is-longer-than-the-other      0.75

    The report: report.md"
  `);
  expect(await p.ferment('repro', '--dry', '--without', 'report', 'report')).toMatchInlineSnapshot(`
    "exit 2
    ! error: 'report' is left out by --without report: it is named there, or reads what is.
    Name another target, or drop the option."
  `);
});
