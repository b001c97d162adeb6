import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../support/temporary.ts';
import { writeTinySplit } from './tiny-data.ts';

const CHILD = fileURLToPath(new URL('train-child.ts', import.meta.url));

function start(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the training to its end and gives its lines. */
async function runToEnd(data: string, out: string): Promise<string[]> {
  const child = start(data, out);
  const errors = child.stderr.toArray();
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  if (lines.at(-1)?.startsWith('resumed after') !== true)
    throw new Error(Buffer.concat(await errors).toString());
  return lines;
}

/** Kills the training with SIGKILL when it has printed the line, after which it stands still. */
async function killAt(line: string, data: string, out: string): Promise<void> {
  const child = start(data, out, line);
  const closed = once(child, 'close');
  child.stderr.resume();
  for await (const seen of createInterface({ input: child.stdout })) if (seen === line) child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
}

function outputs(out: string): Record<string, string> {
  const files = ['model/model.json', 'model/weights.bin', 'model/model-info.json', 'history.csv'];
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(out, file), 'base64')]));
}

describe('a training that is killed', () => {
  it('goes on from its last epoch and ends with the same bytes as an undisturbed one', async () => {
    const root = temporaryFolder();
    writeTinySplit(join(root, 'train'), 49, 1);
    writeTinySplit(join(root, 'validation'), 21, 2);
    const out = join(root, 'killed');
    const [undisturbed] = await Promise.all([
      runToEnd(root, join(root, 'undisturbed')),
      killAt('epoch 2/2: 74', root, out),
    ]);
    expect(existsSync(join(out, 'model'))).toBe(false);

    const resumed = await runToEnd(root, out);
    expect(resumed[0]).toBe('epoch 2/2: 58');
    expect(resumed.at(-1)).toBe('resumed after 1');
    expect(resumed.at(-2)).toBe(undisturbed.at(-2));
    expect(outputs(out)).toEqual(outputs(join(root, 'undisturbed')));
  }, 180_000);
});
