import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  type RunnerProject,
  reproProcess,
  runnerProject,
  untilGone,
  untilThere,
} from '../support/runner-project.ts';

/** `s` copies its input in two halves, and waits in between until the file `go` is there. */
function twoHalves(): RunnerProject {
  return runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      echo $$ > pid.txt
      head -c 2 in > o
      echo begun
      touch started
      while [ ! -e go ]; do sleep 0.02; done
      cat in > o
      echo x >> runs.txt
    deps: [in]
    outs: [o]
  t: {cmd: cp o p, deps: [o], outs: [p]}
`,
    in: 'first\n',
    go: '',
  });
}

function filesIn(folder: string): string[] {
  // What a writer that was killed did not give its name yet is swept once it is a minute old.
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.tmp')) : [];
}

it('kill -9 in the middle of a stage: the next run ends what is left, brings old outs back, and does it again', async () => {
  const p = twoHalves();
  await p.repro();
  p.write('in', 'second\n');
  p.remove('go');
  p.remove('started');
  const victim = reproProcess(p.root);
  await untilThere(join(p.root, 'started'));
  victim.kill();
  await victim.ended;
  expect(p.read('o')).toBe('se');
  p.write('in', 'first\n');
  const { outcomes, warnings } = await p.repro();
  expect(outcomes).toEqual({ s: 'unchanged', t: 'unchanged' });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^An earlier run of stage 's' was killed: its old outs are back, (a process|\d processes) that it left running ended\.$/,
    ),
  ]);
  expect(p.read('o')).toBe('first\n');
  await untilGone(Number(p.read('pid.txt')));
  p.write('in', 'second\n');
  p.write('go', '');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran', t: 'ran' });
  expect(p.read('p')).toBe('second\n');
});

it('a kill at any event leaves a project whose next run is right, with nothing of ours left lying about', async () => {
  const p = twoHalves();
  const events = [
    'run-start',
    'stage-decided',
    'stage-start',
    'stage-output',
    'stage-end',
    'run-end',
  ] as const;
  for (const [i, event] of events.entries()) {
    p.write('in', `text ${i}\n`);
    const victim = reproProcess(p.root);
    await victim.seen(event);
    victim.kill();
    await victim.ended;
    const { summary } = await p.repro();
    expect(summary.ok).toBe(true);
    expect(p.read('p')).toBe(`text ${i}\n`);
    expect((await p.repro()).outcomes).toEqual({ s: 'unchanged', t: 'unchanged' });
    for (const folder of ['aside', 'journal', 'scratch'])
      expect(filesIn(join(p.root, '.ferment', folder)), `${folder} after a kill at ${event}`).toEqual([]);
  }
});

it('checkpoints survive kill -9 and are handed to the next attempt', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  train:
    cmd: |
      echo epoch >> state.txt
      touch started
      while [ ! -e go ]; do sleep 0.02; done
      cp state.txt model.txt
    outs: [model.txt]
    checkpoints: [state.txt]
`,
  });
  const victim = reproProcess(p.root);
  await untilThere(join(p.root, 'started'));
  victim.kill();
  await victim.ended;
  p.write('go', '');
  expect((await p.repro()).outcomes).toEqual({ train: 'ran' });
  expect(p.read('model.txt')).toBe('epoch\nepoch\n');
});

it('two at once in one project: the second waits for the stage and finds it done', async () => {
  const p = twoHalves();
  p.remove('go');
  const first = reproProcess(p.root);
  await untilThere(join(p.root, 'started'));
  const waiting: string[] = [];
  const second = await p.repro({
    onEvent: (event) => {
      if (event.type !== 'stage-waiting') return;
      waiting.push(event.text);
      p.write('go', '');
    },
  });
  expect(await first.ended).toEqual({ s: 'ran', t: expect.stringMatching(/ran|unchanged|restored/) });
  expect(second.outcomes['s']).toBe('unchanged');
  expect(second.summary.ok).toBe(true);
  expect(waiting[0]).toContain(`Stage 's' is held by process ${first.pid} `);
  expect(p.read('runs.txt')).toBe('x\n');
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged', t: 'unchanged' });
});

it('stages of different commands at the same time all arrive in the lock', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const p = runnerProject({
    'pipeline.yaml': `stages: {${names.map((n) => `${n}: {cmd: echo ${n} > ${n}, outs: [${n}]}`).join(', ')}}\n`,
  });
  await Promise.all(names.map((name) => p.repro({ targets: [name] })));
  expect(Object.values((await p.repro()).outcomes)).toEqual(names.map(() => 'unchanged'));
});

/** Bytes in a folder, and what it has that is finished. */
function stateOf(folder: string): { readonly bytes: number; readonly done: boolean } {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sizes = names.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    done: names.some((name) => name.endsWith('.pack')),
  };
}

it('kill -9 while many files are being stored: the next run is right, and what it stores can be restored', async () => {
  const moments: ((pack: string) => boolean)[] = [
    (pack) => existsSync(pack),
    (pack) => stateOf(pack).bytes > 0,
    (pack) => stateOf(pack).bytes > 2_000_000,
    (pack) => stateOf(pack).done,
  ];
  for (const isMoment of moments) {
    const p = runnerProject({
      'pipeline.yaml':
        'stages: {s: {cmd: "cp -r in o; cat o/* > all.txt; wc -c < all.txt > size.txt", deps: [in], outs: [o]}}\n',
    });
    for (let i = 0; i < 1000; i++) p.write(`in/${i}`, `${i} `.repeat(1200));
    const victim = reproProcess(p.root);
    const pack = join(p.root, '.ferment/objects/pack');
    await victim.seen('stage-start');
    while (!isMoment(pack)) await new Promise((resolve) => setImmediate(resolve));
    victim.kill();
    await victim.ended;
    expect((await p.repro()).summary.ok).toBe(true);
    const size = p.read('size.txt');
    p.remove('o');
    expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
    const restored = readdirSync(join(p.root, 'o')).map((name) => p.read(`o/${name}`));
    expect(restored.reduce((sum, text) => sum + text.length, 0)).toBe(Number(size));
    expect(restored.every((text) => new Set(text.split(' ')).size === 2)).toBe(true);
    expect(filesIn(pack).every((name) => name.endsWith('.pack'))).toBe(true);
  }
});
