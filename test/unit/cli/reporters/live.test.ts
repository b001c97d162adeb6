import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveReporter } from '../../../../src/cli/reporters/live.ts';
import { FermentError } from '../../../../src/kit/index.ts';
import type { RunEvent, StageResult } from '../../../../src/runner/index.ts';
import { FakeTerminal, terminalOn } from '../fake-terminal.ts';

const LONG = 'train@mobilenetv2-with-a-very-long-configuration';

const start = (stages: readonly string[]): RunEvent => ({
  type: 'run-start',
  runId: 'r',
  stages,
  leftOut: [],
  jobs: 2,
  dry: false,
});
const begin = (stage: string): RunEvent => ({
  type: 'stage-start',
  stage,
  command: 'c',
  log: 'l',
  attempt: 1,
  cpus: 1,
  gpus: 0,
});
const says = (stage: string, line: string): RunEvent => ({
  type: 'stage-output',
  stage,
  stream: 'stdout',
  line,
});
const end = (stage: string, result: Partial<StageResult> = {}): RunEvent => ({
  type: 'stage-end',
  stage,
  outcome: 'ran',
  seconds: 1.5,
  ...result,
});
const progress = (stage: string): RunEvent => ({
  type: 'stage-progress',
  stage,
  progress: {
    done: 3,
    total: 8,
    unit: 'epoch',
    rate: 312,
    etaSeconds: 12,
    values: { loss: 1.25, accuracy: 0.5 },
  },
});

/** Lets the view draw: it does so once for all that happened in one turn of the event loop. */
const drawn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Times differ, and the spinner turns. */
function still(text: string): string {
  return text.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*').replace(/\d+ ms/g, 'TIME');
}

async function viewOf(columns: number): Promise<string> {
  const screen = new FakeTerminal(columns);
  const reporter = new LiveReporter(terminalOn(screen));
  for (const event of [
    start(['a', LONG]),
    begin('a'),
    begin(LONG),
    says('a', 'hello'),
    progress(LONG),
    progress('a'),
  ])
    reporter.onEvent(event);
  await drawn();
  const text = screen.text;
  reporter.close();
  return still(text);
}

describe('the live view', () => {
  it('has a line for each running stage, as much of it as the terminal has room for', async () => {
    expect(await viewOf(140)).toMatchInlineSnapshot(`
      "a | hello
      * a                                                 3/8 epochs · 37 % · 312 epochs/s · loss 1.250 · accuracy 0.500 · 12.0 s left
      * train@mobilenetv2-with-a-very-long-configuration  3/8 epochs · 37 % · 312 epochs/s · loss 1.250 · accuracy 0.500 · 12.0 s left
        0 of 2 stages done · TIME"
    `);
    expect(await viewOf(100)).toMatchInlineSnapshot(`
      "a | hello
      * a                                        3/8 epochs · 37 % · loss 1.250 · 12.0 s left
      * train@mobilenetv2-w…-long-configuration  3/8 epochs · 37 % · loss 1.250 · 12.0 s left
        0 of 2 stages done · TIME"
    `);
    expect(await viewOf(60)).toMatchInlineSnapshot(`
      "a | hello
      * a                        3/8 epochs · 37 % · 12.0 s left
      * train@mobil…nfiguration  3/8 epochs · 37 % · 12.0 s left
        0 of 2 stages done · TIME"
    `);
    expect(await viewOf(30)).toMatchInlineSnapshot(`
      "a | hello
      * a             37 %
      * train@…ation  37 %
        0 of 2 stages done · TIME"
    `);
  });

  it('has room for names of wide letters', async () => {
    const screen = new FakeTerminal(40);
    const reporter = new LiveReporter(terminalOn(screen));
    const name = 'train@größe-日本語-日本語';
    for (const event of [start(['a', name]), begin('a'), begin(name), says('a', 'x')])
      reporter.onEvent(event);
    await drawn();
    expect(still(screen.text)).toMatchInlineSnapshot(`
      "a | x
      * a                TIME
      * train@g…-日本語  TIME
        0 of 2 stages done · TIME"
    `);
    reporter.close();
  });

  it('shows which attempt runs, and when the next one will', async () => {
    const screen = new FakeTerminal(80);
    const reporter = new LiveReporter(terminalOn(screen));
    const error = new FermentError('STAGE_FAILED', "Stage 'a' failed: its command exited with 1.");
    const retry = { type: 'stage-retry', stage: 'a', attempt: 1, attempts: 3, seconds: 2, error } as const;
    for (const event of [start(['a']), begin('a'), { ...retry, delaySeconds: 3600 }]) reporter.onEvent(event);
    await drawn();
    expect(still(screen.text)).toMatchInlineSnapshot(`
      "retry      a  attempt 1 of 3 failed: its command exited with 1; again in 1 h 00
      min
      * a  attempt 2 in 1 h 00 min
        0 of 1 stages done · TIME"
    `);
    for (const event of [{ ...begin('a'), attempt: 2 } as RunEvent, progress('a')]) reporter.onEvent(event);
    reporter.note('more');
    await drawn();
    expect(still(screen.text)).toMatchInlineSnapshot(`
      "retry      a  attempt 1 of 3 failed: its command exited with 1; again in 1 h 00
      min
      more
      * a  attempt 2 · 3/8 epochs · 37 % · loss 1.250 · accuracy 0.500 · 12.0 s left
        0 of 1 stages done · TIME"
    `);
    reporter.close();
  });

  it('leaves nothing behind but the lines that scroll', async () => {
    const screen = new FakeTerminal(40);
    const reporter = new LiveReporter(terminalOn(screen));
    for (const event of [start(['a', 'b']), begin('a'), begin('b')]) reporter.onEvent(event);
    await drawn();
    reporter.onEvent(says('a', 'a line that is much longer than the terminal is wide'));
    await drawn();
    screen.write('^C');
    reporter.note('Stopping.');
    await drawn();
    reporter.onEvent(end('a'));
    reporter.onEvent(end('b', { outcome: 'cancelled' }));
    reporter.close();
    reporter.close();
    expect(screen.text).toMatchInlineSnapshot(`
      "a | a line that is much longer than the
      terminal is wide
      Stopping.
      ran        a  in 1.5 s
      cancelled  b"
    `);
  });

  it('draws once for a burst of lines, and not at all where nothing runs', async () => {
    const screen = new FakeTerminal();
    const reporter = new LiveReporter(terminalOn(screen));
    reporter.onEvent(start(['a']));
    reporter.onEvent(end('a', { outcome: 'unchanged' }));
    await drawn();
    expect(screen.writes).toBe(0);
    for (let i = 0; i < 1000; i++) reporter.onEvent(says('a', `line ${i}`));
    await drawn();
    expect(screen.writes).toBe(1);
    reporter.close();
  });

  it('does not outgrow the terminal', async () => {
    const screen = new FakeTerminal(60, 6);
    const reporter = new LiveReporter(terminalOn(screen));
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const event of [start(names), ...names.map(begin)]) reporter.onEvent(event);
    reporter.note('above');
    await drawn();
    expect(still(screen.text)).toMatchInlineSnapshot(`
      "above
      * a  TIME
      * b  TIME
        and 5 more
        0 of 7 stages done · TIME"
    `);
    reporter.close();
    expect(screen.text).toBe('above');
  });

  it('is intact after a terminal was made narrower', async () => {
    const screen = new FakeTerminal(100);
    const reporter = new LiveReporter(terminalOn(screen));
    for (const event of [start(['a']), begin('a'), progress('a')]) reporter.onEvent(event);
    reporter.note('above');
    await drawn();
    expect(screen.text.split('\n')).toHaveLength(3);
    screen.narrow(30);
    expect(screen.text.split('\n')).toHaveLength(5);
    reporter.close();
    expect(screen.text).toBe('above');
  });

  it('whatever happens, in the end the screen has the lines that a pipe would have got', async () => {
    const stage = fc.constantFrom('a', LONG, '東京', '東京東京東京東京東京東京東京', 'b');
    const event = fc.oneof(
      stage.map(begin),
      stage.map(progress),
      stage.map((name) => end(name)),
      fc.tuple(stage, fc.string({ maxLength: 100 })).map(([name, line]) => says(name, line)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 30 }),
        fc.integer({ min: 20, max: 90 }),
        async (events, columns) => {
          const screen = new FakeTerminal(columns);
          const plain = new FakeTerminal(columns);
          const reporter = new LiveReporter(terminalOn(screen));
          const witness = new LiveReporter(terminalOn(plain));
          for (const one of [start(['a', LONG]), ...events]) {
            reporter.onEvent(one);
            await drawn();
            // Draws nothing before its end.
            if (one.type !== 'stage-start' && one.type !== 'stage-progress') witness.onEvent(one);
          }
          reporter.close();
          witness.close();
          expect(screen.text).toBe(plain.text);
        },
      ),
      { numRuns: 60 },
    );
  });
});
