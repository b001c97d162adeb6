import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runnerProject, untilGone, untilThere } from '../support/runner-project.ts';

it('old outs come back when a stage fails, and what it began is gone', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "mkdir -p o && echo $(cat in) > o/x && test $(cat in) = good", deps: [in], outs: [o, p]}}\n'.replace(
        '&& test',
        '&& cp in p && test',
      ),
    in: 'good',
  });
  await p.repro();
  p.write('in', 'bad');
  const { summary, outcomes } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed' });
  expect(summary.error).toMatchObject({
    code: 'STAGE_FAILED',
    message: "Stage 's' failed: its command exited with 1.",
    hint: 'What it wrote: ferment logs s',
    exit: 1,
  });
  expect(p.read('o/x')).toBe('good\n');
  expect(p.read('p')).toBe('good');
  p.write('in', 'good');
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
  expect(readdirSync(join(p.root, '.ferment/aside'))).toEqual([]);
  expect(readdirSync(join(p.root, '.ferment/journal'))).toEqual([]);
});

it('a first run that fails leaves no outs', async () => {
  const p = runnerProject({ 'pipeline.yaml': 'stages: {s: {cmd: "echo half > o; exit 3", outs: [o]}}\n' });
  expect((await p.repro()).outcomes).toEqual({ s: 'failed' });
  expect(p.has('o')).toBe(false);
});

it('a stage that does not write a declared out fails and says which; an empty out is a warning', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "echo 1 > a", outs: [a, b]}, t: {cmd: ": > empty", outs: [empty]}}\n',
  });
  const { summary, outcomes, warnings } = await p.repro({ keepGoing: true });
  expect(outcomes).toEqual({ s: 'failed', t: 'ran' });
  expect(summary.error).toMatchObject({
    code: 'MISSING_OUT',
    message: "Stage 's' succeeded without writing its out b.",
  });
  expect(p.has('a')).toBe(false);
  expect(warnings).toEqual(['The out empty is empty.']);
});

it('what lies behind a frozen stage goes on when something before it fails, for it waits for nothing', async () => {
  const text = `
stages:
  a: {cmd: cp in a.txt, deps: [in], outs: [a.txt]}
  b: {cmd: cp a.txt b.txt, deps: [a.txt], outs: [b.txt], frozen: true}
  c: {cmd: cp b.txt c.txt, deps: [b.txt], outs: [c.txt]}
`;
  const p = runnerProject({ 'pipeline.yaml': text.replace(', frozen: true', ''), in: '1' });
  await p.repro();
  p.write('pipeline.yaml', text.replace('cp in', 'exit 1; cp in').replace('cp b.txt', 'cp -f b.txt'));
  expect((await p.repro({ keepGoing: true })).outcomes).toEqual({ a: 'failed', b: 'frozen', c: 'ran' });
});

const FORK = `
stages:
  bad: {cmd: exit 1, outs: [bad.txt]}
  after: {cmd: cat bad.txt > after.txt, deps: [bad.txt], outs: [after.txt]}
  last: {cmd: cat after.txt > last.txt, deps: [after.txt], outs: [last.txt]}
  other: {cmd: echo 1 > other.txt, outs: [other.txt]}
`;

it('a failure blocks what depends on it and ends the run; with keepGoing the others go on', async () => {
  const p = runnerProject({ 'pipeline.yaml': FORK });
  const first = await p.repro({ jobs: 1 });
  expect(first.outcomes).toEqual({ bad: 'failed', after: 'blocked', last: 'blocked', other: 'cancelled' });
  expect(first.summary.stages.get('last')?.blockedBy).toBe('bad');
  expect((await p.repro({ jobs: 1, keepGoing: true })).outcomes).toEqual({
    bad: 'failed',
    after: 'blocked',
    last: 'blocked',
    other: 'ran',
  });
});

it('an input that changes while the stage runs: warned of by name, not cached, stale next time', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "cat in > o; echo new > in", deps: [in], outs: [o]}}\n',
    in: 'old\n',
  });
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'ran' });
  expect(warnings).toEqual([
    'in changed while the stage was running: the result is not cached, and the stage stays stale.',
  ]);
  expect(readdirSync(join(p.root, '.ferment')).includes('runs')).toBe(false);
  p.write('in', 'old\n');
  p.write('pipeline.yaml', 'stages: {s: {cmd: "cat in > o", deps: [in], outs: [o]}}\n');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
});

it('a damaged object is moved to the quarantine, and the stage runs again', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: cp in o, deps: [in], outs: [o]}}\n',
    in: 'precious\n',
  });
  await p.repro();
  const objects = join(p.root, '.ferment/objects');
  const [ab = ''] = readdirSync(objects);
  const [name = ''] = readdirSync(join(objects, ab));
  const object = join(objects, ab, name);
  chmodSync(object, 0o644);
  writeFileSync(object, 'PRECIOUS\n');
  p.remove('o');
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'ran' });
  expect(p.read('o')).toBe('precious\n');
  expect(warnings).toEqual([
    `Object ${ab}${name} in the store is damaged: moved to ${join(p.root, '.ferment/quarantine', ab + name)}, and treated as missing.`,
  ]);
  expect(readFileSync(object, 'utf8')).toBe('precious\n');
});

it('what a stage leaves running in its group ends with it', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "sleep 1000 & echo $! > o", outs: [o]}}\n',
  });
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'ran' });
  expect(warnings).toEqual([
    'The command ended but left processes running; those of its process group were ended.',
  ]);
  await untilGone(Number(p.read('o')));
});

it('an abort ends the commands, brings old outs back and says cancelled', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "echo new > o; touch started; exec sleep 1000", deps: [in], outs: [o]}, t: {cmd: echo, deps: [o]}}\n',
    in: '1',
  });
  p.write(
    'pipeline.yaml',
    'stages: {s: {cmd: "echo old > o", deps: [in], outs: [o]}, t: {cmd: echo, deps: [o]}}\n',
  );
  await p.repro();
  p.write(
    'pipeline.yaml',
    'stages: {s: {cmd: "echo new > o; touch started; exec sleep 1000", deps: [in], outs: [o]}, t: {cmd: echo, deps: [o]}}\n',
  );
  const stop = new AbortController();
  const running = p.repro({ signal: stop.signal });
  await untilThere(join(p.root, 'started'));
  stop.abort();
  const { summary, outcomes } = await running;
  expect(outcomes).toEqual({ s: 'cancelled', t: 'cancelled' });
  expect(summary.error).toMatchObject({ code: 'INTERRUPTED', exit: 130 });
  expect(p.read('o')).toBe('old\n');
});

it('checkpoints of a failed attempt are handed to the next one with the same inputs, and go after success', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  train:
    cmd: |
      echo epoch >> state.txt
      test $(wc -l < state.txt) -ge 3
      cp state.txt model.txt
    deps: [data]
    outs: [model.txt]
    checkpoints: [state.txt]
`,
    data: '1',
  });
  expect((await p.repro()).outcomes).toEqual({ train: 'failed' });
  expect(p.has('state.txt')).toBe(false);
  p.write('data', '2');
  expect((await p.repro()).outcomes).toEqual({ train: 'failed' });
  p.write('data', '1');
  expect((await p.repro()).outcomes).toEqual({ train: 'failed' });
  expect((await p.repro()).outcomes).toEqual({ train: 'ran' });
  expect(p.read('model.txt')).toBe('epoch\nepoch\nepoch\n');
  expect(p.has('state.txt')).toBe(false);
});

it('a folder that a stage made read-only is removed and restored like others', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "mkdir -p o/in && cp in o/in/x && chmod -R a-w o; test $(cat in) != bad", deps: [in], outs: [o]}}\n',
    in: 'good',
  });
  await p.repro();
  p.write('in', 'bad');
  expect((await p.repro()).outcomes).toEqual({ s: 'failed' });
  expect(p.read('o/in/x')).toBe('good');
  p.write('in', 'fine');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  p.write('in', 'good');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect(p.read('o/in/x')).toBe('good');
});

it('the log has all output from the first byte, and values of secret variables as ***', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: \'echo out; echo err >&2; echo $MY_PASSWORD; echo "$MY_KEY"; printf end\'}}\n',
  });
  process.env['MY_PASSWORD'] = 'correct horse';
  process.env['MY_KEY'] = '{\n  "private": "MIIEvQIBADAN"\n}';
  try {
    const { events } = await p.repro();
    const start = events.find((event) => event.type === 'stage-start');
    const lines = p
      .read(start?.log ?? '')
      .trimEnd()
      .split('\n')
      .sort();
    expect(lines).toEqual(['***', '***', 'end', 'err', 'out', '{', '}']);
    const shown = events.flatMap((event) => (event.type === 'stage-output' ? [event.line] : [])).sort();
    expect(shown).toEqual(lines);
  } finally {
    delete process.env['MY_PASSWORD'];
    delete process.env['MY_KEY'];
  }
});

it.skipIf(process.getuid?.() === 0)(
  'a state folder that cannot be written is said so, and nothing is lost',
  async () => {
    const p = runnerProject({ 'pipeline.yaml': 'stages: {s: {cmd: echo 1 > o, outs: [o]}}\n', o: 'mine\n' });
    mkdirSync(join(p.root, '.ferment'));
    chmodSync(join(p.root, '.ferment'), 0o555);
    const { summary } = await p.repro();
    expect(summary.error).toMatchObject({ code: 'STORE_UNWRITABLE', exit: 4 });
    expect(p.read('o')).toBe('mine\n');
    chmodSync(join(p.root, '.ferment'), 0o755);
  },
);

it('a pack that is altered, cut, emptied or deleted: its objects are misses, the stage runs again, the bytes are right', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "mkdir o; for i in $(seq 100); do echo text $i > o/$i; done; echo x >> runs", outs: [o]}}\n',
  });
  await p.repro();
  const folder = join(p.root, '.ferment/objects/pack');
  const damages: ((bytes: Buffer) => Buffer | undefined)[] = [
    (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('text', 'TEXT'), 'latin1'),
    (bytes) => bytes.subarray(0, Math.floor(bytes.length / 3)),
    () => Buffer.alloc(0),
    () => undefined,
  ];
  const expectedWarnings = [
    [
      `100 objects of a pack in the store are damaged: moved to ${join(p.root, '.ferment/quarantine')}, and treated as missing.`,
    ],
    [
      expect.stringMatching(
        /^A pack in the store is damaged: moved to .*; what is not among its \d+ good objects is treated as missing\.$/,
      ),
    ],
    [
      expect.stringMatching(
        /^A pack in the store is damaged: moved to .*; its objects are treated as missing\.$/,
      ),
    ],
  ];
  // What was saved of the second damage is a pack of its own, so the third meets two.
  expectedWarnings[2]?.push(...(expectedWarnings[2] ?? []));
  for (const [i, damage] of damages.entries()) {
    for (const name of readdirSync(folder)) {
      const pack = join(folder, name);
      const bytes = damage(readFileSync(pack));
      rmSync(pack);
      if (bytes !== undefined) writeFileSync(pack, bytes);
    }
    p.remove('o');
    const { outcomes, warnings } = await p.repro();
    expect(outcomes).toEqual({ s: 'ran' });
    expect(warnings).toEqual(expectedWarnings[i] ?? []);
    expect(p.read('o/77')).toBe('text 77\n');
    p.remove('o');
    expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
    expect(readdirSync(join(p.root, 'o')).every((name) => p.read(`o/${name}`) === `text ${name}\n`)).toBe(
      true,
    );
  }
  expect(p.read('runs')).toBe('x\n'.repeat(damages.length + 1));
});

/** On some systems sh is a bash, which takes all of it. */
const isPlain = spawnSync('/bin/sh', ['-c', '[[ 1 == 1 ]]']).status === 127;

it.skipIf(!isPlain).each([
  ['[[ 1 == 1 ]] && echo 1 > x', true],
  ['diff <(echo 1) <(echo 2) > x', true],
  ['source env.sh && echo 1 > x', true],
  ['echo "no [[ here"; nowhere-to-be-found > x', true],
  ['nowhere-to-be-found > x', false],
  ['test [ = [; exit 1 # [[ ]]', false],
])(
  'a command for bash that sh refuses, %j: the hint says for which shell commands are (%j)',
  async (cmd, isHinted) => {
    const p = runnerProject({ 'pipeline.yaml': JSON.stringify({ stages: { s: { cmd, outs: ['x'] } } }) });
    const { summary } = await p.repro();
    expect(summary.error?.hint?.includes('Commands are for /bin/sh.')).toBe(isHinted);
  },
);

it.each([
  [{ outs: ['~/x'] }, 'In paths ~ stands for nothing but itself:'],
  [{ deps: ['$HOME/x'] }, 'In paths $HOME stands for nothing but itself:'],
  [{ deps: ['~me/*.csv'] }, 'In paths ~me stands for nothing but itself:'],
  [{ deps: ['x~'] }, 'Put it there, or correct the path in pipeline.yaml.'],
])('what a shell would replace in a path is told: %j', async (paths, hint) => {
  const p = runnerProject({ 'pipeline.yaml': JSON.stringify({ stages: { s: { cmd: 'true', ...paths } } }) });
  expect((await p.repro()).summary.error?.hint).toContain(hint);
});
