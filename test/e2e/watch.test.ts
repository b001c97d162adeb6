import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type ReproOptions, repro, type Summary, type WatchEvent, watch } from '../../src/runner/index.ts';
import { cliProject } from '../support/cli-project.ts';
import { type RunnerProject, runnerProject, untilThere } from '../support/runner-project.ts';

interface Watching {
  /** What was told since the last call, once it waits (again) after `action`. */
  after(action: () => void): Promise<readonly string[]>;
  readonly ended: Promise<void>;
}

function wordsOf(event: WatchEvent): string {
  if (event.type === 'watch-change')
    return event.changes.map(({ path, change }) => `${path} ${change}`).join(', ');
  if (event.type === 'watch-broken') return `broken: ${event.error.code}`;
  return event.type === 'watch-warning' ? `warning: ${event.text}` : 'waiting';
}

function outcomesOf({ stages }: Summary): string {
  return [...stages].map(([name, { outcome }]) => `${name} ${outcome}`).join(', ');
}

function watching(p: RunnerProject, chosen: Pick<ReproOptions, 'targets' | 'without'> = {}): Watching {
  const stop = new AbortController();
  let told: string[] = [];
  let waits = 0;
  const ended = watch({
    load: { cwd: p.root },
    ...chosen,
    signal: stop.signal,
    run: async (project) => {
      const summary = await repro(project, { ...chosen, signal: stop.signal, keepGoing: true });
      told.push(outcomesOf(summary));
      return summary;
    },
    onEvent: (event) => {
      if (event.type === 'watch-waiting') waits++;
      else told.push(wordsOf(event));
    },
  });
  const close = async (): Promise<void> => {
    stop.abort();
    await ended.catch(() => {});
  };
  onTestFinished(close);
  return {
    ended,
    after: async (action) => {
      const before = waits;
      action();
      while (waits === before) await new Promise((resolve) => setTimeout(resolve, 5));
      const all = told;
      told = [];
      return all;
    },
  };
}

const TWO = `
stages:
  all: {cmd: "cat data/*.csv > all.txt", deps: ["data/*.csv"], outs: [all.txt]}
  b: {cmd: "cat all.txt note > b.txt", deps: [all.txt, note], params: [k], outs: [b.txt]}
`;

function twoStages(): RunnerProject {
  return runnerProject({ 'pipeline.yaml': TWO, 'params.yaml': 'k: 1\n', 'data/1.csv': '1\n', note: 'n\n' });
}

it('runs again what changed, and says what did: edits, new files of a glob, files that are saved by renaming', async () => {
  const p = twoStages();
  const w = watching(p);
  expect(await w.after(() => {})).toEqual(['all ran, b ran']);
  expect(await w.after(() => p.write('data/2.csv', '2\n'))).toEqual(['data/2.csv new', 'all ran, b ran']);
  const save = (text: string): void => {
    p.write('params.yaml~', text);
    renameSync(join(p.root, 'params.yaml~'), join(p.root, 'params.yaml'));
  };
  expect(await w.after(() => save('k: 2\n'))).toEqual(['params.yaml modified', 'all unchanged, b ran']);
  expect(await w.after(() => save('k: 3\n'))).toEqual(['params.yaml modified', 'all unchanged, b ran']);
  expect(await w.after(() => p.remove('data/1.csv'))).toEqual(['data/1.csv deleted', 'all ran, b ran']);
  expect(await w.after(() => p.write('note', 'other\n'))).toEqual(['note modified', 'all unchanged, b ran']);
});

it('a pipeline that cannot be loaded is told, and watching goes on; so it does after a failure', async () => {
  const p = twoStages();
  const w = watching(p);
  await w.after(() => {});
  expect(await w.after(() => p.write('pipeline.yaml', 'stages: {a: {cmd: x, dep: [y]}}\n'))).toEqual([
    'pipeline.yaml modified',
    'broken: BAD_PIPELINE',
  ]);
  expect(await w.after(() => p.write('pipeline.yaml', `${TWO}  c: {cmd: exit 1, deps: [note]}\n`))).toEqual([
    'pipeline.yaml modified',
    'all unchanged, b unchanged, c failed',
  ]);
  expect(await w.after(() => p.remove('pipeline.yaml'))).toEqual([
    'pipeline.yaml deleted',
    'broken: NO_PROJECT',
  ]);
  expect(await w.after(() => p.write('pipeline.yaml', TWO))).toEqual([
    'pipeline.yaml new',
    'all unchanged, b unchanged',
  ]);
});

it('what is missing is waited for, also in folders that are not there yet or are replaced', async () => {
  const p = runnerProject({
    'pipeline.yaml':
      'stages: {a: {cmd: "cat in/deep/x > o", deps: [in/deep/x], outs: [o]}, g: {cmd: "ls src > p", deps: ["src/**/*.py"], outs: [p]}}\n',
  });
  const w = watching(p);
  expect(await w.after(() => {})).toEqual(['a failed, g failed']);
  expect(await w.after(() => p.write('in/deep/x', '1'))).toEqual(['in/deep/x new', 'a ran, g failed']);
  expect(await w.after(() => p.write('src/a/b/c.py', '1'))).toEqual([
    'src/a/b/c.py new',
    'a unchanged, g ran',
  ]);
  // Another folder of the same name.
  const replace = (): void => {
    mkdirSync(join(p.root, 'next/a/b'), { recursive: true });
    writeFileSync(join(p.root, 'next/a/b/c.py'), '2');
    renameSync(join(p.root, 'src'), join(p.root, 'before'));
    renameSync(join(p.root, 'next'), join(p.root, 'src'));
  };
  expect(await w.after(replace)).toEqual(['src/a/b/c.py modified', 'a unchanged, g ran']);
  expect(await w.after(() => p.write('src/a/b/c.py', '3'))).toEqual([
    'src/a/b/c.py modified',
    'a unchanged, g ran',
  ]);
  expect(await w.after(() => p.write('src/d.py', '3'))).toEqual(['src/d.py new', 'a unchanged, g ran']);
});

it('programs: what they import is watched, and a file that an import lacks is waited for', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {m: {module: stages/m.ts, outs: [o]}}\n',
    'package.json': '{"type": "module", "sideEffects": false}',
    'stages/m.ts':
      "import { writeFileSync } from 'node:fs';\nimport { text } from '../lib/text.ts';\nwriteFileSync('o', text);\n",
    'lib/text.ts': "export const text = 'one';\n",
  });
  const w = watching(p);
  expect(await w.after(() => {})).toEqual(['m ran']);
  expect(await w.after(() => p.write('lib/text.ts', "export const text = 'two';\n"))).toEqual([
    'lib/text.ts modified',
    'm ran',
  ]);
  expect(await w.after(() => p.write('lib/text.ts', "export { text } from './more.ts';\n"))).toEqual([
    'lib/text.ts modified',
    'm failed',
  ]);
  expect(await w.after(() => p.write('lib/more.ts', "export const text = 'three';\n"))).toEqual([
    'lib/more.ts new',
    'm ran',
  ]);
  expect(p.read('o')).toBe('three');
});

it('an edit during a run is followed by another run; a stage that writes what it reads does not go round for ever', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  s:
    cmd: |
      cat in > o
      test -e edited || { touch started; while [ ! -e edited ]; do sleep 0.02; done; }
    deps: [in]
    outs: [o]
`,
    in: '1',
  });
  const w = watching(p);
  const first = w.after(() => {});
  await untilThere(join(p.root, 'started'));
  p.write('in', '2');
  p.write('edited', '');
  expect(await first).toEqual(['s ran', 'in modified', 's ran']);
  expect(p.read('o')).toBe('2');
  const restless = 'stages: {s: {cmd: "cat in > o; echo x >> in", deps: [in], outs: [o]}}\n';
  expect(await w.after(() => p.write('pipeline.yaml', restless))).toEqual([
    'pipeline.yaml modified',
    's ran',
    'in modified',
    's ran',
    'in modified',
    's ran',
    'warning: Each run changes in, which stages read: this is not run again for. Is it an out?',
  ]);
});

it('only what the targets read counts; outs, other files and an unknown target do not', async () => {
  const p = twoStages();
  const w = watching(p, { targets: ['all'] });
  expect(await w.after(() => {})).toEqual(['all ran']);
  p.write('note', 'changed');
  p.write('unrelated', '1');
  p.write('all.txt', 'edited by hand');
  expect(await w.after(() => p.write('data/2.csv', '2'))).toEqual(['data/2.csv new', 'all ran']);
  await expect(watching(p, { targets: ['nothing'] }).ended).rejects.toMatchObject({ code: 'USAGE' });
}, 20_000);

it('what is left out is neither run nor watched', async () => {
  const p = twoStages();
  const w = watching(p, { without: ['b'] });
  expect(await w.after(() => {})).toEqual(['all ran']);
  const onlyTheSecond = await w.after(() => {
    p.write('note', 'other\n');
    p.write('data/2.csv', '2\n');
  });
  expect(onlyTheSecond).toEqual(['data/2.csv new', 'all ran']);
});

it('it sleeps while nothing happens, also when a stage has 2,000 files in many folders', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {s: {cmd: "ls data > o", deps: [data], outs: [o]}}\n',
  });
  for (let i = 0; i < 2000; i++) p.write(`data/${i % 50}/${i}`, '');
  const w = watching(p);
  await w.after(() => {});
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(100);
  expect(await w.after(() => p.write('data/7/new', ''))).toEqual(['data/7/new new', 's ran']);
});

it('the command: Ctrl-C ends it with 0 while it waits, with 130 and old outs back during a run', async () => {
  const p = cliProject({
    'pipeline.yaml':
      'stages: {s: {cmd: "cp in o; test $(cat in) = 1 || { touch started; sleep 1000; }", deps: [in], outs: [o]}}\n',
    in: '1',
  });
  const first = p.start('watch');
  await until(first.child.stdout, 'Waiting for changes');
  first.child.kill('SIGINT');
  expect(await first.ended).toMatchInlineSnapshot(`
    "exit 0
    runs       s  for the first time
    ran        s  in TIME
    1 ran in TIME.
    Waiting for changes; Ctrl-C ends."
  `);
  const second = p.start('watch', '--json');
  await until(second.child.stdout, 'watch-waiting');
  p.write('in', '2');
  await untilThere(join(p.root, 'started'));
  second.child.kill('SIGINT');
  const shown = await second.ended;
  expect(shown.split('\n')[0]).toBe('exit 130');
  expect(shown).toContain('{"event":"watch-change","changes":[{"path":"in","change":"modified"}]}');
  expect(p.read('o')).toBe('1');
  rmSync(join(p.root, 'started'));
});

function until(stream: NodeJS.ReadableStream | null, text: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = '';
    stream?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
  });
}
