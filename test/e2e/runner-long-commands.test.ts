import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunnerProject, runnerProject } from '../support/runner-project.ts';

/** 600 files whose paths together are longer than a variable can be. */
const COUNT = 600;

function manyFiles(cmd: string, more = ''): RunnerProject {
  const names = Array.from({ length: COUNT }, (_, i) => `${String(i).padStart(4, '0')}-${'x'.repeat(200)}`);
  return runnerProject({
    'pipeline.yaml': `
stages:
  list:
    cmd: ${JSON.stringify(cmd)}
    deps: {parts: parts/*}
    outs: [list.txt]
${more}`,
    ...Object.fromEntries(names.map((name) => [`parts/${name}`, ''])),
  });
}

it('the paths of a glob are in a file, however many they are, which is gone after the run', async () => {
  const p = manyFiles('cp "$FERMENT_DEP_PARTS_FILE" list.txt');
  const { outcomes, warnings } = await p.repro();
  expect({ outcomes, warnings }).toEqual({ outcomes: { list: 'ran' }, warnings: [] });
  const lines = p.read('list.txt').split('\n');
  expect(lines.slice(0, -1)).toEqual(readdirSync(join(p.root, 'parts')).map((name) => `parts/${name}`));
  expect(lines.at(-1)).toBe('');
  expect(readdirSync(join(p.root, '.ferment/scratch'))).toEqual([]);
});

it('a short list is in the file as it is in the variable, and an empty one is an empty file', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  list:
    cmd: (echo "$FERMENT_DEP_PARTS"; cat "$FERMENT_DEP_PARTS_FILE" "$FERMENT_DEP_NONE_FILE") > ../list.txt
    wdir: sub
    deps: {parts: ../parts/*, none: {path: "none/*", optional: true}}
    outs: [../list.txt]
`,
    'parts/a b': '',
    'parts/c': '',
    'sub/x': '',
  });
  expect((await p.repro()).outcomes).toEqual({ list: 'ran' });
  expect(p.read('list.txt')).toBe('../parts/a b\n../parts/c\n'.repeat(2));
});

it('a command that reads a variable into which its list does not fit fails before it runs, once', async () => {
  const p = manyFiles('touch started; echo "$FERMENT_DEP_PARTS" > list.txt', '    retries: 3\n');
  p.write('list.txt', 'old\n');
  const { outcomes, events } = await p.repro();
  expect(outcomes).toEqual({ list: 'failed' });
  expect(events.filter(({ type }) => type === 'stage-retry')).toEqual([]);
  expect(errorOf(events)).toMatchInlineSnapshot(`
    [
      [
        "STAGE_FAILED",
        "Stage 'list' was not started: its command reads FERMENT_DEP_PARTS, which holds at most 100.0 kB. Received: 600 paths of 'parts/*', 127.2 kB.",
        "Read the paths from the file that FERMENT_DEP_PARTS_FILE names, one on each line: xargs -d '\\n' -a "$FERMENT_DEP_PARTS_FILE" …",
      ],
    ]
  `);
  expect(p.has('started')).toBe(false);
  expect(p.read('list.txt')).toBe('old\n');
  expect(
    existsSync(join(p.root, '.ferment/scratch')) ? readdirSync(join(p.root, '.ferment/scratch')) : [],
  ).toEqual([]);
});

it('a command that may read such a variable in a script is warned', async () => {
  const p = manyFiles('sh list.sh');
  p.write('list.sh', 'echo "$FERMENT_DEP_PARTS." > list.txt\n');
  process.env['FERMENT_DEP_PARTS'] = 'of a stage around this one';
  try {
    const { outcomes, warnings } = await p.repro();
    expect(outcomes).toEqual({ list: 'ran' });
    expect(warnings).toMatchInlineSnapshot(`
      [
        "FERMENT_DEP_PARTS is not set: its list has more than 100.0 kB. It is in the file that FERMENT_DEP_PARTS_FILE names.",
      ]
    `);
    expect(p.read('list.txt')).toBe('.\n');
  } finally {
    delete process.env['FERMENT_DEP_PARTS'];
  }
});

it('a command that is longer than the system takes is a failure of its stage alone', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  long: {cmd: "echo ${'x'.repeat(140_000)} > long.txt", outs: [long.txt], retries: 3}
  short: {cmd: echo short > short.txt, outs: [short.txt]}
`,
  });
  const { outcomes, events } = await p.repro({ keepGoing: true });
  expect(outcomes).toEqual({ long: 'failed', short: 'ran' });
  expect(errorOf(events)).toMatchInlineSnapshot(`
    [
      [
        "STAGE_FAILED",
        "Stage 'long' failed: its command of 140.0 kB is longer than the system takes (E2BIG).",
        "Put the text into a script that is a dep of the stage, and run that: cmd: sh script.sh",
      ],
    ]
  `);
});

function errorOf(events: Awaited<ReturnType<RunnerProject['repro']>>['events']): unknown {
  const failed = events.flatMap((event) =>
    event.type === 'stage-end' && event.error !== undefined ? event.error : [],
  );
  return failed.map(({ code, message, hint }) => [code, message, hint]);
}

it('a command of one line fails when its last part does, a text of several lines at its first failure', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  line: {cmd: 'grep absent in; echo 1 > line', deps: [in], outs: [line]}
  list: {cmd: ['grep absent in; echo 1 > list', 'echo 2 >> list'], deps: [in], outs: [list]}
  block:
    cmd: |
      grep absent in; echo 1 > block
    deps: [in]
    outs: [block]
  text:
    cmd: |
      grep absent in
      echo 1 > text
    deps: [in]
    outs: [text]
`,
    in: 'present\n',
  });
  expect((await p.repro({ keepGoing: true })).outcomes).toEqual({
    line: 'ran',
    list: 'ran',
    block: 'ran',
    text: 'failed',
  });
  expect(p.read('list')).toBe('1\n2\n');
});
