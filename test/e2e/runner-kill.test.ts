import { existsSync, readdirSync } from 'node:fs';
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
