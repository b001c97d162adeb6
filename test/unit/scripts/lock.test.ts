import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../../scripts/setup/lock.mjs';
import { temporaryFolder } from '../../support/temporary.ts';

const nobody = (holder: string) => {
  throw new Error(`waited for ${holder}`);
};

/** The path of a lock that holds `text` and was last touched `silentSeconds` ago. */
function createLock(text: string, silentSeconds = 0): string {
  const path = join(temporaryFolder(), 'x.lock');
  writeFileSync(path, text);
  const time = Date.now() / 1000 - silentSeconds;
  utimesSync(path, time, time);
  return path;
}

/** The text of a lock that this process holds. */
async function ownLockText(): Promise<{ pid: number; started: string; host: string }> {
  const path = join(temporaryFolder(), 'own.lock');
  const release = await takeLock(path, nobody);
  const text = readFileSync(path, 'utf8');
  release();
  return JSON.parse(text);
}

test('a lock is taken and let go', async () => {
  const path = join(temporaryFolder(), 'folder/x.lock');
  const release = await takeLock(path, nobody);
  expect(existsSync(path)).toBe(true);
  release();
  expect(existsSync(path)).toBe(false);
});

test('a second taker hears once who holds it, and gets it when that one lets go', async () => {
  const path = join(temporaryFolder(), 'x.lock');
  const order: string[] = [];
  const first = await takeLock(path, nobody);
  const waiting = takeLock(path, (holder: string) => {
    order.push(holder);
    setTimeout(() => {
      order.push('let go');
      first();
    }, 500);
  });
  const second = await waiting;
  order.push('taken');
  second();
  expect(order).toEqual([`process ${process.pid}`, 'let go', 'taken']);
});

test('the lock of a killed process is broken', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const path = createLock(JSON.stringify({ pid: child.pid, started: 'unknown', host: hostname() }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await takeLock(path, nobody))();
});

test('the lock of a process whose id another one has now is broken', async () => {
  const path = createLock(JSON.stringify({ ...(await ownLockText()), started: '1' }));
  (await takeLock(path, nobody))();
});

test('the lock of another machine is respected while its holder gives signs of life, and broken after a minute without', async () => {
  const text = JSON.stringify({ ...(await ownLockText()), host: 'elsewhere' });
  const told: string[] = [];
  const path = createLock(text);
  const release = await takeLock(path, (holder: string) => {
    told.push(holder);
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(path, longAgo, longAgo);
  });
  release();
  expect(told).toEqual([`process ${process.pid} on elsewhere`]);
});

test.each(['', 'not JSON', '{}', '{"pid":"1"}'])(
  'a lock that says "%s" is broken after a minute',
  async (text) => {
    (await takeLock(createLock(text, 61), nobody))();
  },
);

test('a breaker that was killed while breaking is in nobody’s way', async () => {
  const path = createLock('', 61);
  writeFileSync(`${path}.break`, '');
  utimesSync(`${path}.break`, 1, 1);
  (await takeLock(path, nobody))();
});
