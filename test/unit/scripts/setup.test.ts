import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createContext } from '../../../scripts/setup/context.mjs';
import { SetupError } from '../../../scripts/setup/error.mjs';
import { setUp } from '../../../scripts/setup/main.mjs';
import { createReporter, renderBytes, renderDuration } from '../../../scripts/setup/progress.mjs';
import type { Context, Step } from '../../../scripts/setup/types.ts';
import { addProgram, createSandbox, waitFor } from './support.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A context that collects the lines instead of printing them. */
function createListener(): { context: Context; lines: string[] } {
  const lines: string[] = [];
  const line = (text: string) => lines.push(text.replace(/\([\d.]+ s\)$/, '(<time>)'));
  const report = { line, live: () => {} };
  return { context: createContext({ ...createSandbox().context, report }), lines };
}

function createStep(name: string, run: () => Promise<string>, isReady = false): Step {
  return { name, isReady: () => isReady, run };
}

describe('the steps', () => {
  test('run in order, each with one line; those that are done are not mentioned', async () => {
    const { context, lines } = createListener();
    const steps = [
      createStep('one', async () => 'did this'),
      createStep('two', async () => 'never', true),
      createStep('three', async () => 'did that'),
    ];
    expect(await setUp(context, steps)).toBe(0);
    expect(lines).toEqual(['one: did this (<time>)', 'three: did that (<time>)']);
  });

  test('end at the first failure, with its sentence and the last dozen lines of the tool behind it', async () => {
    const { context, lines } = createListener();
    const detail = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
    const fail = async () => {
      throw new SetupError('a thing is missing', 'fetch a thing', { detail });
    };
    expect(await setUp(context, [createStep('one', fail), createStep('two', async () => 'never')])).toBe(1);
    expect([lines[0], lines.length, lines[1], lines.at(-1)]).toEqual([
      'setup: a thing is missing: fetch a thing',
      13,
      '  line 8',
      '  line 19',
    ]);
  });

  test('that fail in an unforeseen way print no stack', async () => {
    const { context, lines } = createListener();
    const fail = async () => {
      throw new TypeError('x is not a function');
    };
    expect(await setUp(context, [createStep('one', fail)])).toBe(1);
    expect(lines).toEqual([
      'setup: stopped by an unexpected error: run the command again, and report it if it stays so',
      '  x is not a function',
    ]);
  });

  async function complaintAbout(code: string, message: string): Promise<string | undefined> {
    const { context, lines } = createListener();
    const fail = async () => {
      throw Object.assign(new Error(message.replace('ROOT', context.root).replace('CACHE', context.cache)), {
        code,
      });
    };
    expect(await setUp(context, [createStep('one', fail)])).toBe(1);
    return lines[0]?.replaceAll(context.root, 'ROOT').replaceAll(context.cache, 'CACHE');
  }

  test('that meet a full disk say which disks it may be', async () => {
    expect(await complaintAbout('ENOSPC', 'ENOSPC: no space left on device, write')).toBe(
      'setup: the disk is full: free some space (df -h "ROOT" "CACHE" shows where), or where only the second is full, set FERMENT_CACHE to a folder on another disk',
    );
  });

  test('that may not write say whose the folder should be, and of the cache folder that there may be another', async () => {
    expect(await complaintAbout('EACCES', "EACCES: permission denied, open 'CACHE/x.lock'")).toBe(
      'setup: a folder cannot be written: make it yours (chown), or set FERMENT_CACHE to a folder that is',
    );
    expect(await complaintAbout('EACCES', "EACCES: permission denied, open 'ROOT/dist/main.cjs'")).toBe(
      'setup: a folder cannot be written: make it yours (chown)',
    );
  });
});

test('Ctrl-C leaves no lock and no temporary file behind', async () => {
  const sandbox = createSandbox();
  const reached = join(sandbox.bin, 'reached');
  addProgram(
    sandbox,
    'python3',
    `require('node:fs').writeFileSync(${JSON.stringify(reached)}, ''); setInterval(() => {}, 1000);`,
  );
  const driver = fileURLToPath(new URL('./run-setup.mjs', import.meta.url));
  const child = spawn(process.execPath, [driver, JSON.stringify(sandbox.context), 'tensorflow'], {
    stdio: 'ignore',
  });
  await waitFor(reached);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect([code, readdirSync(sandbox.cache)]).toEqual([130, []]);
});

test('FERMENT_SKIP_SETUP=1 does nothing', async () => {
  const env = { ...process.env, FERMENT_SKIP_SETUP: '1', FERMENT_TF: 'nonsense' };
  const result = await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/setup.mjs')], { env });
  expect(result).toEqual({ stdout: '', stderr: '' });
});

test('the script itself ends with exit code 1 and one line on stderr', async () => {
  const env = { ...process.env, FERMENT_SKIP_SETUP: '', FERMENT_TF: 'nonsense' };
  const failure = await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/setup.mjs')], {
    env,
  }).catch((error) => error);
  expect([failure.code, failure.stdout, failure.stderr]).toEqual([
    1,
    '',
    'setup: FERMENT_TF must be "cpu" or "cuda"; received "nonsense": unset FERMENT_TF lets set-up choose\n',
  ]);
});

describe('progress', () => {
  test('is one line written over on a terminal', () => {
    const { stream, written } = createStream(true);
    const reporter = createReporter(stream);
    reporter.live('10 %');
    reporter.live('20 %');
    reporter.line('done');
    expect(written.join('')).toBe('10 %\r\x1b[2K20 %\r\x1b[2Kdone\n');
  });

  test('is silent on a pipe for the first ten seconds', () => {
    const { stream, written } = createStream(false);
    const reporter = createReporter(stream);
    reporter.live('10 %');
    reporter.line('done');
    expect(written.join('')).toBe('done\n');
  });

  test.each([
    [273_829_956, '274 MB'],
    [3_000_000_000, '3.0 GB'],
  ])('says %d bytes as %s', (bytes, text) => {
    expect(renderBytes(bytes)).toBe(text);
  });

  test.each([
    [40, '0.0 s'],
    [11_600, '12 s'],
    [113_000, '1 min 53 s'],
  ])('says %d ms as %s', (ms, text) => {
    expect(renderDuration(ms)).toBe(text);
  });
});

function createStream(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) };
  return { stream: stream as unknown as NodeJS.WriteStream, written };
}
