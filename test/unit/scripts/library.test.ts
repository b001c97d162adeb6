import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Wheel } from '../../../scripts/setup/types.ts';
import { addProgram, createSandbox, killSetupOnce, pinsFor, runSetup, type Sandbox } from './support.ts';
import { createZip } from './zip.ts';

const WHEEL = createZip({
  'tensorflow/libtensorflow_cc.so.2': 'the cc library',
  'tensorflow/libtensorflow_framework.so.2': 'the framework library',
  'tensorflow/include/tensorflow/c/c_api.h': '// C',
  'tensorflow/include/tensorflow/core/graph/graph.h': '// not needed',
  'tensorflow/python/__init__.py': '# not needed',
});
const INSTALLED = 'tensorflow: TensorFlow 2.21.0 (cpu) is in <tmp>/cache (<time>)\n';

/** A python3 whose `pip download` writes down its arguments and hands out `wheel`. */
function addPython(sandbox: Sandbox, wheel = WHEEL): void {
  const file = join(sandbox.bin, 'wheel');
  writeFileSync(file, wheel);
  addProgram(
    sandbox,
    'python3',
    `fs.appendFileSync(${JSON.stringify(`${sandbox.bin}/calls`)}, args.join(' ') + '\\n');
     fs.copyFileSync(${JSON.stringify(file)}, args[args.indexOf('-d') + 1] + '/tensorflow_cpu.whl');`,
  );
}

/** A sandbox for the small wheel; `pin` changes what is expected of it. */
function createWheelSandbox(pin: Partial<Wheel> = {}, wheel = WHEEL): Sandbox {
  return createSandbox({ pins: pinsFor(wheel, pin) });
}

function libraryFolder({ cache }: Sandbox): string {
  const [name = ''] = readdirSync(cache).filter((entry) => entry.startsWith('tensorflow-'));
  return join(cache, name);
}

function countCalls({ bin }: Sandbox): number {
  return readFileSync(join(bin, 'calls'), 'utf8').trimEnd().split('\n').length;
}

describe('the library', () => {
  test('is downloaded with pip for its platform, and only what the addon needs is unpacked', async () => {
    const sandbox = createWheelSandbox();
    addPython(sandbox);
    expect(await runSetup(sandbox, 'tensorflow')).toEqual({ code: 0, output: INSTALLED });
    const files = readdirSync(libraryFolder(sandbox), { recursive: true, withFileTypes: true });
    expect(
      files
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['c_api.h', 'files.json', 'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    const call = readFileSync(join(sandbox.bin, 'calls'), 'utf8').replace(/-d \S+/, '-d FOLDER');
    expect(call).toBe(
      '-m pip download --no-cache-dir --no-input --disable-pip-version-check --progress-bar off --no-deps --only-binary :all: ' +
        '--implementation cp --python-version 3.11 --abi cp311 --platform manylinux_2_27_x86_64 -d FOLDER tensorflow-cpu==2.21.0\n',
    );
  });

  test('is left alone and nothing is printed when it is there', async () => {
    const sandbox = createWheelSandbox();
    addPython(sandbox);
    await runSetup(sandbox, 'tensorflow');
    expect(await runSetup(sandbox, 'tensorflow')).toEqual({ code: 0, output: '' });
    expect(countCalls(sandbox)).toBe(1);
  });

  test('is installed again when one of its files was cut short', async () => {
    const sandbox = createWheelSandbox();
    addPython(sandbox);
    await runSetup(sandbox, 'tensorflow');
    const path = join(libraryFolder(sandbox), 'tensorflow/libtensorflow_cc.so.2');
    truncateSync(path, 3);
    expect(await runSetup(sandbox, 'tensorflow')).toEqual({ code: 0, output: INSTALLED });
    expect(readFileSync(path, 'utf8')).toBe('the cc library');
  });

  test('is installed again when the list of its files was cut short', async () => {
    const sandbox = createWheelSandbox();
    addPython(sandbox);
    await runSetup(sandbox, 'tensorflow');
    truncateSync(join(libraryFolder(sandbox), 'files.json'), 3);
    expect(await runSetup(sandbox, 'tensorflow')).toEqual({ code: 0, output: INSTALLED });
  });

  test('is downloaded once when two checkouts want it at the same time', async () => {
    const sandbox = createWheelSandbox();
    addPython(sandbox);
    const second = { ...sandbox, context: { ...sandbox.context, root: `${sandbox.root}-2` } };
    mkdirSync(`${sandbox.root}-2`);
    const results = await Promise.all([runSetup(sandbox, 'tensorflow'), runSetup(second, 'tensorflow')]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(countCalls(sandbox)).toBe(1);
    expect(readdirSync(sandbox.cache).filter((name) => !name.startsWith('tensorflow-'))).toEqual([]);
  });

  test('is installed anew, with nothing left behind, after a kill in the middle of the download', async () => {
    const sandbox = createWheelSandbox();
    const reached = join(sandbox.bin, 'reached');
    addProgram(
      sandbox,
      'python3',
      `fs.writeFileSync(args[args.indexOf('-d') + 1] + '/half.whl', 'half');
       fs.writeFileSync(${JSON.stringify(reached)}, '');
       process.stdout.on('error', () => process.exit(1));
       setInterval(() => console.log('still alive'), 10);`,
    );
    await killSetupOnce(reached, sandbox, 'tensorflow');
    expect(readdirSync(sandbox.cache).some((name) => name.endsWith('.tmp'))).toBe(true);
    addPython(sandbox);
    expect(await runSetup(sandbox, 'tensorflow')).toEqual({ code: 0, output: INSTALLED });
    expect(readdirSync(sandbox.cache)).toEqual([
      expect.stringMatching(/^tensorflow-cpu-2\.21\.0-[0-9a-f]{16}$/),
    ]);
  });
});

describe('one sentence says what is missing', () => {
  /** Runs the library step, expects failure with nothing half-made in the cache, and returns what was printed. */
  async function complaintOf(sandbox: Sandbox): Promise<string> {
    const { code, output } = await runSetup(sandbox, 'tensorflow');
    expect([code, existsSync(sandbox.cache) ? readdirSync(sandbox.cache) : []]).toEqual([1, []]);
    return output;
  }

  test('python3', async () => {
    expect(await complaintOf(createWheelSandbox())).toMatchInlineSnapshot(`
      "setup: python3 is missing (its pip fetches the TensorFlow library): install it with apt-get install python3 python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora) or brew install python (macOS)
      "
    `);
  });

  test('pip', async () => {
    const sandbox = createWheelSandbox();
    addProgram(
      sandbox,
      'python3',
      `console.error('/usr/bin/python3: No module named pip'); process.exit(1);`,
    );
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: python3 has no pip: install it with apt-get install python3 python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora) or brew install python (macOS)
      "
    `);
  });

  test('the network', async () => {
    const sandbox = createWheelSandbox();
    const lines = [
      `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'`,
      'ERROR: No matching distribution found for tensorflow-cpu==2.21.0',
    ];
    addProgram(sandbox, 'python3', `console.error(${JSON.stringify(lines.join('\n'))}); process.exit(1);`);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: pip cannot download tensorflow-cpu 2.21.0: check the network (and \`python3 -m pip config list\`), then run the command again
        WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'
        ERROR: No matching distribution found for tensorflow-cpu==2.21.0
      "
    `);
  });

  test('the file in the package index', async () => {
    const sandbox = createWheelSandbox();
    const line = 'ERROR: No matching distribution found for tensorflow-cpu==2.21.0';
    addProgram(sandbox, 'python3', `console.error(${JSON.stringify(line)}); process.exit(1);`);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: pip found no tensorflow-cpu 2.21.0 for manylinux_2_27_x86_64: check the package index that pip is set to: python3 -m pip config list
        ERROR: No matching distribution found for tensorflow-cpu==2.21.0
      "
    `);
  });

  test('disk, before anything is downloaded', async () => {
    const sandbox = createWheelSandbox();
    const pins = pinsFor(WHEEL, {}, 4e18);
    addPython(sandbox);
    const output = await complaintOf({ ...sandbox, context: { ...sandbox.context, pins } });
    expect(output.replace(/there are .* [GM]B/, 'there are <free>')).toMatchInlineSnapshot(`
      "setup: TensorFlow 2.21.0 (cpu) needs 4000000000.0 GB of free disk in <tmp>/cache, and there are <free>: free some space, or set FERMENT_CACHE to a folder on a larger disk
      "
    `);
    expect(existsSync(join(sandbox.bin, 'calls'))).toBe(false);
  });

  test('disk, when it runs out during the download', async () => {
    const sandbox = createWheelSandbox();
    const line = 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device';
    addProgram(sandbox, 'python3', `console.error(${JSON.stringify(line)}); process.exit(1);`);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the disk is full: free some space and run the command again
        ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
      "
    `);
  });

  test('the right checksum', async () => {
    const sandbox = createWheelSandbox({ sha256: '0'.repeat(64) });
    addPython(sandbox);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the downloaded tensorflow-cpu 2.21.0 is not the pinned file (SHA-256 expected 0000000000000000000000000000000000000000000000000000000000000000, received 6b7928d842b3a551beb922e83629325c1d363af5d131ffdcb63b389c4c37361c): run the command again, and if it stays so, check the package index that pip is set to: python3 -m pip config list
      "
    `);
  });

  test('a wheel whose names stay inside their folder', async () => {
    const wheel = createZip({ 'tensorflow/include/tensorflow/c/../../../../../../evil.h': '' });
    const sandbox = createWheelSandbox({}, wheel);
    addPython(sandbox, wheel);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: stopped by an unexpected error: run the command again, and report it if it stays so
        invalid relative path: tensorflow/include/tensorflow/c/../../../../../../evil.h
      "
    `);
  });

  test('a cache folder that can be made', async () => {
    const sandbox = createWheelSandbox();
    writeFileSync(`${sandbox.cache}-file`, '');
    const cache = `${sandbox.cache}-file/ferment`;
    const { code, output } = await runSetup(
      { ...sandbox, context: { ...sandbox.context, cache } },
      'tensorflow',
    );
    expect([code, output]).toMatchInlineSnapshot(`
      [
        1,
        "setup: a folder cannot be written: make it yours (chown), or set FERMENT_CACHE to a folder that is
        ENOTDIR: not a directory, mkdir '<tmp>/cache-file/ferment'
      ",
      ]
    `);
  });
});
