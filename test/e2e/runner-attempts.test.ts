import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadProject, logs, readRunRecords } from '../../src/runner/index.ts';
import { cliProject } from '../support/cli-project.ts';
import { runnerProject, untilGone, untilThere } from '../support/runner-project.ts';

it('a stage that takes longer than its timeout fails, says after how long, and its old outs come back', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      echo $(cat in) > o
      test $(cat in) = 1 || sleep 1000
    deps: [in]
    outs: [o]
    timeout: 0.8
`,
    in: '1',
  });
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  p.write('in', '2');
  const { summary, outcomes } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed' });
  expect(summary.error).toMatchObject({
    code: 'STAGE_FAILED',
    message: "Stage 's' failed: its command was ended after its timeout of 800 ms.",
  });
  expect(p.read('o')).toBe('1\n');
});

it('a timeout ends grandchildren, too, even in a group of their own; others have time to end in good order', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      setsid sh -c 'echo $$ > own-group; trap "" TERM; while :; do sleep 0.05; done' > /dev/null 2>&1 &
      sh -c 'echo $$ > slow; trap "sleep 0.2; echo saved > saved; exit" TERM; while :; do sleep 0.05; done' > /dev/null 2>&1 &
      while [ ! -e own-group -o ! -e slow ]; do sleep 0.01; done
      sleep 1000
    timeout: 700ms
`,
  });
  expect((await p.repro()).outcomes).toEqual({ s: 'failed' });
  expect(p.read('saved')).toBe('saved\n');
  await untilGone(Number(p.read('own-group')));
  await untilGone(Number(p.read('slow')));
});

it('what ignores the request to end is ended after the grace', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      trap "" TERM
      sh -c 'echo $$ > deaf; while :; do sleep 0.05; done'
    timeout: 300ms
`,
  });
  const { outcomes, summary } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed' });
  expect(summary.seconds).toBeGreaterThan(5);
  await untilGone(Number(p.read('deaf')));
}, 20_000);

it('an abort gives what is left of the group its grace, and a second one ends it at once', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      sh -c 'echo $$ > deaf; trap "" TERM; while :; do sleep 0.05; done' > /dev/null 2>&1 &
      while [ ! -e deaf ]; do sleep 0.01; done
      touch started
      wait
`,
  });
  const [stop, kill] = [new AbortController(), new AbortController()];
  const running = p.repro({ signal: stop.signal, killSignal: kill.signal });
  await untilThere(join(p.root, 'started'));
  const stopped = performance.now();
  stop.abort();
  setTimeout(() => kill.abort(), 100);
  expect((await running).outcomes).toEqual({ s: 'cancelled' });
  expect(performance.now() - stopped).toBeLessThan(4000);
  await untilGone(Number(p.read('deaf')));
});

const FLAKY = `
stages:
  train:
    cmd: |
      echo "attempt $FERMENT_ATTEMPT"
      test ! -e model.txt
      echo half > model.txt
      echo epoch >> state.txt
      test $(wc -l < state.txt) -ge 3
      cp state.txt model.txt
    deps: [data]
    outs: [model.txt]
    checkpoints: [state.txt]
    retries: RETRIES
  after: {cmd: cp model.txt copy.txt, deps: [model.txt], outs: [copy.txt]}
`;

it('a failed attempt is tried again with its checkpoints and without what it began, each with a log of its own', async () => {
  const p = runnerProject({
    'pipeline.yaml': FLAKY.replace('RETRIES', '{times: 3, delay: 10ms, backoff: 2}'),
    data: '1',
  });
  const { summary, events } = await p.repro();
  expect(summary.stages.get('train')).toMatchObject({ outcome: 'ran', attempts: 3 });
  expect(summary.stages.get('after')).toMatchObject({ outcome: 'ran' });
  expect(p.read('model.txt')).toBe('epoch\nepoch\nepoch\n');
  expect(
    events.flatMap((e) => (e.type === 'stage-retry' ? [[e.attempt, e.attempts, e.delaySeconds]] : [])),
  ).toEqual([
    [1, 4, 0.01],
    [2, 4, 0.02],
  ]);
  const project = loadProject({ cwd: p.root });
  expect(logs(project, 'train')).toMatchObject({ attempt: 3, text: 'attempt 3\n' });
  expect(logs(project, 'train', 1)).toMatchObject({ attempt: 1, text: 'attempt 1\n' });
  expect(() => logs(project, 'train', 4)).toThrow(
    "The latest run of 'train' had 3 attempts. Received: --attempt 4",
  );
  const [record] = [...readRunRecords(join(p.root, '.ferment'))];
  expect(record?.stages['train']?.failedAttempts?.map(({ error }) => error.code)).toEqual([
    'STAGE_FAILED',
    'STAGE_FAILED',
  ]);
  expect(readdirSync(join(p.root, '.ferment/journal'))).toEqual([]);
  expect(readdirSync(join(p.root, '.ferment/scratch'))).toEqual([]);
});

it('after its last retry a stage has failed, and its old outs are back', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "cat in > o; test $(cat in) = good", deps: [in], outs: [o], retries: 2}, t: {cmd: echo, deps: [o]}}\n',
    in: 'good',
  });
  await p.repro();
  p.write('in', 'bad');
  const { summary, outcomes } = await p.repro();
  expect(outcomes).toEqual({ s: 'failed', t: 'blocked' });
  expect(summary.stages.get('s')?.attempts).toBe(3);
  expect(p.read('o')).toBe('good');
});

it('an attempt sees inputs as they are when it begins', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "cat in > o; echo x > failed; grep -q good in", deps: [in], outs: [o], retries: {times: 1, delay: 1}}}\n',
    in: 'bad',
  });
  const { outcomes, warnings } = await p.repro({
    onEvent: ({ type }) => {
      if (type === 'stage-retry') p.write('in', 'good');
    },
  });
  expect([outcomes, warnings]).toEqual([{ s: 'ran' }, []]);
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
});

it('slots are free while a stage waits for its next attempt, and an abort ends the waiting', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s: {cmd: exit 1, retries: {times: 1, delay: 1h}}
  t: {cmd: touch done, deps: [in]}
`,
    in: '1',
  });
  const stop = new AbortController();
  const running = p.repro({ jobs: 1, signal: stop.signal });
  await untilThere(join(p.root, 'done'));
  stop.abort();
  const { outcomes, summary } = await running;
  expect(outcomes).toMatchObject({ s: 'cancelled' });
  expect(summary.error?.code).toBe('INTERRUPTED');
});

it('the failure of another stage ends the waiting for an attempt, unless the run keeps going', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s: {cmd: "touch tried; exit 1", retries: {times: 1, delay: 1h}}
  t: {cmd: "until [ -e tried ]; do sleep 0.02; done; exit 1"}
`,
  });
  expect((await p.repro({ jobs: 2 })).outcomes).toEqual({ s: 'failed', t: 'failed' });
});

it('no attempt follows where trying again cannot help', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: echo, deps: [gone], retries: 5}, t: {module: no.ts, retries: 5}}\n',
  });
  const { events, outcomes } = await p.repro({ keepGoing: true });
  expect(outcomes).toEqual({ s: 'failed', t: 'failed' });
  expect(events.some(({ type }) => type === 'stage-retry')).toBe(false);
});

it('neither timeout nor retries are inputs, and both may be templates', async () => {
  const p = runnerProject({
    'pipeline.yaml': `stages: {s: {cmd: echo 1 > o, outs: [o], timeout: "\${limit}", retries: "\${again}", executor: local}}\n`,
    'params.yaml': 'limit: 2h\nagain: {times: 3, delay: 1m, backoff: 1.5}\n',
  });
  const [stage] = loadProject({ cwd: p.root }).stages;
  expect(stage).toMatchObject({
    timeoutMs: 7_200_000,
    retries: { times: 3, delayMs: 60_000, backoff: 1.5 },
  });
  await p.repro();
  p.write('params.yaml', 'limit: 5\nagain: 0\n');
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
});

it('the command line tells of attempts, and logs shows each', async () => {
  const p = cliProject({ 'pipeline.yaml': FLAKY.replace('RETRIES', '2'), data: '1' });
  expect(await p.ferment('repro')).toMatchInlineSnapshot(`
    "exit 0
    runs       train  for the first time
    train | attempt 1
    retry      train  attempt 1 of 3 failed: its command exited with 1; again now
    train | attempt 2
    retry      train  attempt 2 of 3 failed: its command exited with 1; again now
    train | attempt 3
    ran        train  in TIME, 3 attempts
    runs       after  for the first time
    ran        after  in TIME
    2 ran in TIME."
  `);
  expect(await p.ferment('logs', 'train', '--attempt', '2')).toMatchInlineSnapshot(`
    "exit 0
    attempt 2
    ! Attempt 2 failed after TIME: Stage 'train' failed: its command exited with 1."
  `);
  expect(await p.ferment('logs', 'train', '--attempt', '7')).toMatchInlineSnapshot(`
    "exit 2
    ! error: The latest run of 'train' had 3 attempts. Received: --attempt 7
    Give a number from 1 to 3."
  `);
});
