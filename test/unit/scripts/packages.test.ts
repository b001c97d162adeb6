import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { processStart } from '../../../scripts/setup/identity.mjs';
import { addProgram, createSandbox, killSetupOnce, runSetup, type Sandbox, writeFiles } from './support.ts';

const LOCK = {
  packages: {
    '': { name: 'x' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/elsewhere': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};
const INSTALLED = 'packages: npm packages installed (<time>)\n';

/** A checkout whose npm writes down its arguments and then does `body`. */
function createCheckout(body = ''): Sandbox {
  const sandbox = createSandbox();
  writeFiles(sandbox.root, { 'package-lock.json': JSON.stringify(LOCK) });
  addNpm(sandbox, body);
  return sandbox;
}

function addNpm(sandbox: Sandbox, body = ''): void {
  addProgram(
    sandbox,
    'npm',
    `fs.appendFileSync(${JSON.stringify(calls(sandbox))}, args.join(' ') + '\\n');\n${body}`,
  );
}

function calls({ bin }: Sandbox): string {
  return join(bin, 'calls');
}

describe('packages', () => {
  test('are installed with npm ci, once, without install scripts', async () => {
    const sandbox = createCheckout();
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: '' });
    expect(readFileSync(calls(sandbox), 'utf8')).toBe('ci --ignore-scripts --loglevel=warn\n');
  });

  test('are installed again when the lock file changed', async () => {
    const sandbox = createCheckout();
    await runSetup(sandbox, 'packages');
    writeFiles(sandbox.root, { 'package-lock.json': JSON.stringify({ packages: { '': { name: 'y' } } }) });
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
  });

  test('are installed again when node_modules was removed', async () => {
    const sandbox = createCheckout();
    await runSetup(sandbox, 'packages');
    rmSync(join(sandbox.root, 'node_modules'), { recursive: true });
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
  });

  test('that `npm install` put there already are taken as they are', async () => {
    const sandbox = createCheckout();
    const record = { packages: { 'node_modules/a': LOCK.packages['node_modules/a'] } };
    writeFiles(sandbox.root, {
      'node_modules/.package-lock.json': JSON.stringify(record),
      'node_modules/a/package.json': '{}',
    });
    expect(await runSetup(sandbox, 'packages')).toEqual({
      code: 0,
      output: 'packages: node_modules already matches package-lock.json (<time>)\n',
    });
    expect(existsSync(calls(sandbox))).toBe(false);
  });

  test('of another version than the lock file says are not', async () => {
    const sandbox = createCheckout();
    const record = { packages: { 'node_modules/a': { version: '2.0.0', integrity: 'sha512-a' } } };
    writeFiles(sandbox.root, {
      'node_modules/.package-lock.json': JSON.stringify(record),
      'node_modules/a/package.json': '{}',
    });
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
  });

  test.each([
    ['npm keeps of them', 'node_modules/.package-lock.json'],
    ['is kept of a running npm', '../cache/checkout-ID.npm'],
  ])('are installed where a kill or a power cut left a part of what %s', async (_, path) => {
    const sandbox = createCheckout();
    const id = createHash('sha256').update(sandbox.root).digest('hex').slice(0, 16);
    writeFiles(sandbox.root, { [path.replace('ID', id)]: '{"packages": {"node_mod' });
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
  });

  test('are installed anew after a kill in the middle of npm ci, whose orphan is ended first', async () => {
    const sandbox = createCheckout();
    const reached = join(sandbox.bin, 'reached');
    addNpm(
      sandbox,
      `fs.writeFileSync(${JSON.stringify(reached)}, String(process.pid)); setTimeout(() => {}, 60_000);`,
    );
    await killSetupOnce(reached, sandbox, 'packages');
    const orphan = Number(readFileSync(reached, 'utf8'));
    addNpm(sandbox);
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
    expect(processStart(orphan)).toBe('');
    expect(readdirSync(sandbox.cache)).toEqual([]);
  });

  test('are installed once when two set-ups of a checkout run at the same time', async () => {
    const sandbox = createCheckout('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);');
    const results = await Promise.all([runSetup(sandbox, 'packages'), runSetup(sandbox, 'packages')]);
    expect(
      results.map(({ code, output }) => ({ code, output })).sort((a, b) => a.output.length - b.output.length),
    ).toEqual([
      { code: 0, output: INSTALLED },
      { code: 0, output: 'setup: waiting for process <pid>, which is setting this checkout up\n' },
    ]);
    expect(readFileSync(calls(sandbox), 'utf8')).toBe('ci --ignore-scripts --loglevel=warn\n');
  });
});

/** Root may write everywhere: there the set-up runs as another user. */
const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const canBeOther = spawnSync(process.execPath, ['-e', '0'], other).status === 0;

test.skipIf(!canBeOther)('a cache folder that somebody else filled, and only they may write, serves', () => {
  const sandbox = createCheckout();
  const scripts = fileURLToPath(new URL('../../../scripts', import.meta.url));
  for (const name of ['setup', 'build.mjs'])
    cpSync(join(scripts, name), join(sandbox.root, 'scripts', name), { recursive: true });
  writeFiles(sandbox.root, {
    'run.mjs': `import { createContext } from './scripts/setup/context.mjs';
import { setUp } from './scripts/setup/main.mjs';
import { packages } from './scripts/setup/packages.mjs';
process.exitCode = await setUp(createContext(JSON.parse(process.argv[2])), [packages]);`,
  });
  mkdirSync(sandbox.cache, { mode: 0o555 });
  for (const folder of [dirname(sandbox.root), sandbox.root, sandbox.bin]) chmodSync(folder, 0o777);
  const argv = [join(sandbox.root, 'run.mjs'), JSON.stringify(sandbox.context)];
  const { status, stderr } = spawnSync(process.execPath, argv, { ...other, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^packages: npm packages installed/)]);
  expect([readdirSync(sandbox.cache), readdirSync(join(sandbox.root, 'dist'))]).toEqual([[], []]);
});

describe('one sentence says what is missing', () => {
  async function complaintOf(sandbox: Sandbox): Promise<string> {
    const { code, output } = await runSetup(sandbox, 'packages');
    expect(code).toBe(1);
    return output;
  }

  test('npm', async () => {
    const sandbox = createCheckout();
    rmSync(join(sandbox.bin, 'npm'));
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: npm is not on the PATH: install it with Node (nvm install 22, or the nodejs and npm packages of your system)
      "
    `);
  });

  test('the lock file', async () => {
    const sandbox = createCheckout();
    rmSync(join(sandbox.root, 'package-lock.json'));
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: package-lock.json is missing: git checkout package-lock.json
      "
    `);
  });

  const npmSaying = (text: string) =>
    createCheckout(`console.error(${JSON.stringify(text)}); process.exit(1);`);

  test('the network', async () => {
    const text = 'npm error code ECONNREFUSED\nnpm error network request failed';
    expect(await complaintOf(npmSaying(text))).toMatchInlineSnapshot(`
      "setup: npm cannot reach its registry: check the network (and \`npm config get registry proxy\`), then run the command again
        npm error code ECONNREFUSED
        npm error network request failed
      "
    `);
  });

  test('disk', async () => {
    const text = 'npm error code ENOSPC\nnpm error nospc There appears to be insufficient space';
    expect(await complaintOf(npmSaying(text))).toMatchInlineSnapshot(`
      "setup: the disk is full: free 1 GB and run the command again
        npm error code ENOSPC
        npm error nospc There appears to be insufficient space
      "
    `);
  });

  test('disk, also where npm only warns of it and calls torn packages installed', async () => {
    const text = 'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write';
    const sandbox = createCheckout(
      `console.error(${JSON.stringify(text)}); console.log('added 270 packages');`,
    );
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the disk is full: free 1 GB and run the command again
        npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write
        added 270 packages
      "
    `);
    addNpm(sandbox);
    expect(await runSetup(sandbox, 'packages')).toEqual({ code: 0, output: INSTALLED });
  });

  test('agreement of the two package files', async () => {
    const text = 'npm error code EUSAGE\nnpm error `npm ci` can only install packages when';
    expect(await complaintOf(npmSaying(text))).toMatchInlineSnapshot(`
      "setup: package.json and package-lock.json do not agree: npm install --ignore-scripts
        npm error code EUSAGE
        npm error \`npm ci\` can only install packages when
      "
    `);
  });

  test('anything else', async () => {
    expect(await complaintOf(npmSaying('npm error code EINTEGRITY'))).toMatchInlineSnapshot(`
      "setup: npm ci failed: npm ci --ignore-scripts shows its whole output
        npm error code EINTEGRITY
      "
    `);
  });
});
