import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { linkPackages } from '../support/linked-packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A second checkout on this machine, its packages installed by npm and nothing else done yet. */
function createCheckout(): string {
  const root = temporaryFolder();
  for (const name of ['scripts', 'src/engine/kernels', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  linkPackages(root);
  return root;
}

/** Runs set-up with nothing on the PATH: no npm, no Python, no compiler. */
async function runSetup(root: string): Promise<string> {
  const env = { ...process.env, FERMENT_SKIP_SETUP: '', PATH: '/nowhere' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, 'scripts/setup.mjs')], {
    env,
  });
  return (stdout + stderr).replaceAll(/\([\d.]+ s\)/g, '(<time>)').replace(process.versions.node, '<node>');
}

async function measureMs(...argv: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const startedMs = performance.now();
    await promisify(execFile)(process.execPath, argv);
    times.push(performance.now() - startedMs);
  }
  return Math.min(...times);
}

test('a second checkout takes the library, the addon and the kernels from the cache, without network, Python or a compiler', async () => {
  const root = createCheckout();
  expect(await runSetup(root)).toMatchInlineSnapshot(`
    "packages: node_modules already matches package-lock.json (<time>)
    link: 5 links to the library (<time>)
    addon: copied from the cache folder (<time>)
    kernels: copied from the cache folder (<time>)
    proof: TensorFlow 2.21.0 loads and computes on Node <node> (<time>)
    "
  `);
  expect(await runSetup(root)).toBe('');
});

test('packages that somebody installed beside those of the lock are left alone', async () => {
  const root = createCheckout();
  const record = join(root, 'node_modules/.package-lock.json');
  const installed = JSON.parse(readFileSync(record, 'utf8')) as { packages: Record<string, unknown> };
  installed.packages['node_modules/beside'] = { version: '1.0.0' };
  installed.packages['node_modules/beside/node_modules/inner'] = { version: '1.0.0' };
  rmSync(record);
  writeFileSync(record, JSON.stringify(installed));
  expect(await runSetup(root)).toContain('packages: node_modules already matches package-lock.json');
});

test('set-up with nothing to do costs no more than a few tens of milliseconds', async () => {
  const root = createCheckout();
  await runSetup(root);
  const bareMs = await measureMs('-e', '0');
  // 70 ms against 110 ms on an idle machine with 2 cores; a ratio, because a busy machine slows both.
  expect(await measureMs(join(root, 'scripts/setup.mjs'))).toBeLessThan(3 * bareMs);
});
