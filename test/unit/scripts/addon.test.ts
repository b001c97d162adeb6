import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  addProgram,
  createSandbox,
  killSetupOnce,
  pinsFor,
  runSetup,
  type Sandbox,
  writeFiles,
} from './support.ts';

const PACKAGE = 'node_modules/@tensorflow/tfjs-node-gpu';

/** A checkout with its packages installed and the library in the cache, as the steps before leave it. */
function createCheckout(): Sandbox {
  const sandbox = createSandbox({ pins: pinsFor(Buffer.from('wheel')) });
  writeFiles(sandbox.root, {
    [`${PACKAGE}/package.json`]: '{"version":"4.22.0"}',
    'node_modules/node-api-headers/package.json': '{"version":"1.9.0"}',
  });
  return sandbox;
}

/** A compiler that writes down its arguments and makes its output file, after `body`. */
function addCompiler(sandbox: Sandbox, name = 'c++', body = ''): void {
  const out = `args[args.indexOf('-o') + 1]`;
  const log = JSON.stringify(join(sandbox.bin, 'calls'));
  addProgram(
    sandbox,
    name,
    `fs.appendFileSync(${log}, args.join(' ') + '\\n');\n${body}\nfs.writeFileSync(${out}, 'addon');`,
  );
}

function binaryOf({ root }: Sandbox): string {
  return join(root, PACKAGE, 'lib/napi-v8/tfjs_binding.node');
}

function countCalls({ bin }: Sandbox): number {
  return readFileSync(join(bin, 'calls'), 'utf8').trimEnd().split('\n').length;
}

describe('links', () => {
  test('lead from the names that the package looks for to the library in the cache', async () => {
    const sandbox = createCheckout();
    expect(await runSetup(sandbox, 'link')).toEqual({
      code: 0,
      output: 'link: 5 links to the library (<time>)\n',
    });
    const deps = join(sandbox.root, PACKAGE, 'deps');
    const links = ['include', ...readdirSync(join(deps, 'lib')).map((name) => `lib/${name}`)].map((name) => {
      return [name, readlinkSync(join(deps, name)).replace(/^.*-[0-9a-f]{16}/, '<library>')];
    });
    expect(links).toMatchInlineSnapshot(`
      [
        [
          "include",
          "<library>/tensorflow/include",
        ],
        [
          "lib/libtensorflow.so",
          "<library>/tensorflow/libtensorflow_cc.so.2",
        ],
        [
          "lib/libtensorflow_cc.so.2",
          "<library>/tensorflow/libtensorflow_cc.so.2",
        ],
        [
          "lib/libtensorflow_framework.so",
          "<library>/tensorflow/libtensorflow_framework.so.2",
        ],
        [
          "lib/libtensorflow_framework.so.2",
          "<library>/tensorflow/libtensorflow_framework.so.2",
        ],
      ]
    `);
    expect(await runSetup(sandbox, 'link')).toEqual({ code: 0, output: '' });
  });

  test('take the place of whatever was there', async () => {
    const sandbox = createCheckout();
    writeFiles(sandbox.root, {
      [`${PACKAGE}/deps/include/old.h`]: '',
      [`${PACKAGE}/deps/lib/libtensorflow.so`]: 'old',
    });
    expect((await runSetup(sandbox, 'link')).code).toBe(0);
    expect(await runSetup(sandbox, 'link')).toEqual({ code: 0, output: '' });
  });
});

describe('the addon', () => {
  test('is compiled directly, with Node-API 8 and a run path relative to itself', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox);
    expect(await runSetup(sandbox, 'addon')).toEqual({ code: 0, output: 'addon: built (<time>)\n' });
    const call = readFileSync(join(sandbox.bin, 'calls'), 'utf8');
    const masked = call.replaceAll(sandbox.root, '<root>').replace(/-o .*/, '-o <output>');
    expect(masked.split(' ').join('\n')).toMatchInlineSnapshot(`
      "-std=c++17
      -O2
      -fPIC
      -DNAPI_VERSION=8
      -fvisibility=default
      -shared
      -Wl,-rpath,$ORIGIN/../../deps/lib
      -I<root>/node_modules/@tensorflow/tfjs-node-gpu/binding
      -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include
      -I<root>/node_modules/node-api-headers/include
      <root>/node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_backend.cc
      <root>/node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc
      <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_cc.so.2
      <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_framework.so.2
      -o
      <output>
      "
    `);
  });

  test('is left alone when it is there', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox);
    await runSetup(sandbox, 'addon');
    expect(await runSetup(sandbox, 'addon')).toEqual({ code: 0, output: '' });
  });

  test('comes from the cache folder in another checkout, where no compiler is needed', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox);
    await runSetup(sandbox, 'addon');
    rmSync(join(sandbox.bin, 'c++'));
    rmSync(join(sandbox.root, PACKAGE, 'lib'), { recursive: true });
    expect(await runSetup(sandbox, 'addon')).toEqual({
      code: 0,
      output: 'addon: copied from the cache folder (<time>)\n',
    });
    expect(readFileSync(binaryOf(sandbox), 'utf8')).toBe('addon');
  });

  test('is built again for another version of its package', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox);
    await runSetup(sandbox, 'addon');
    writeFiles(sandbox.root, { [`${PACKAGE}/package.json`]: '{"version":"4.23.0"}' });
    expect((await runSetup(sandbox, 'addon')).output).toBe('addon: built (<time>)\n');
  });

  test('is built anew after a kill in the middle of the compilation', async () => {
    const sandbox = createCheckout();
    const reached = join(sandbox.bin, 'reached');
    addCompiler(
      sandbox,
      'c++',
      `fs.writeFileSync(args[args.indexOf('-o') + 1], 'half');
       fs.writeFileSync(${JSON.stringify(reached)}, '');
       process.stdout.on('error', () => process.exit(1));
       return setInterval(() => console.log('x'), 10);`,
    );
    await killSetupOnce(reached, sandbox, 'addon');
    expect(existsSync(binaryOf(sandbox))).toBe(false);
    addCompiler(sandbox);
    expect((await runSetup(sandbox, 'addon')).output).toBe('addon: built (<time>)\n');
    expect(readFileSync(binaryOf(sandbox), 'utf8')).toBe('addon');
  });

  test('is compiled once when two checkouts want it at the same time', async () => {
    const sandbox = createCheckout();
    const other = createCheckout();
    const second = { ...other, context: { ...sandbox.context, root: other.root } };
    addCompiler(sandbox, 'c++', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);');
    const results = await Promise.all([runSetup(sandbox, 'addon'), runSetup(second, 'addon')]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(countCalls(sandbox)).toBe(1);
    expect([sandbox, other].map((each) => readFileSync(binaryOf(each), 'utf8'))).toEqual(['addon', 'addon']);
  });

  test('is built with the compiler that CXX names, arguments included', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox, 'my-c++');
    const env = { ...sandbox.context.env, CXX: 'my-c++ -march=native' };
    expect((await runSetup({ ...sandbox, context: { ...sandbox.context, env } }, 'addon')).code).toBe(0);
    expect(readFileSync(join(sandbox.bin, 'calls'), 'utf8').split(' ')[0]).toBe('-march=native');
  });
});

describe('one sentence says what is missing', () => {
  /** Runs the addon step, expects failure without an addon, and returns what was printed. */
  async function complaintOf(sandbox: Sandbox, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const context = { ...sandbox.context, env: { ...sandbox.context.env, ...env } };
    const { code, output } = await runSetup({ ...sandbox, context }, 'addon');
    expect([code, existsSync(binaryOf(sandbox))]).toEqual([1, false]);
    return output;
  }

  test('a compiler', async () => {
    expect(await complaintOf(createCheckout())).toMatchInlineSnapshot(`
      "setup: there is no C++ compiler (it builds the TensorFlow addon once): install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
      "
    `);
  });

  test('the compiler that CXX names', async () => {
    expect(await complaintOf(createCheckout(), { CXX: 'icpx' })).toMatchInlineSnapshot(`
      "setup: the C++ compiler that CXX names is not on the PATH; received "icpx": unset CXX, or install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
      "
    `);
  });

  test('a compiler that works', async () => {
    const sandbox = createCheckout();
    addCompiler(sandbox, 'g++', `console.error('tfjs_backend.cc:1: error: no'); process.exit(1);`);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the C++ compiler <tmp>/bin/g++ could not build the TensorFlow addon: try another one (CXX=clang++), or install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
        tfjs_backend.cc:1: error: no
      "
    `);
  });

  test('the C++ half of a compiler', async () => {
    const sandbox = createCheckout();
    const line = `g++: fatal error: cannot execute 'cc1plus': execvp: No such file or directory`;
    addCompiler(sandbox, 'g++', `console.error(${JSON.stringify(line)}); process.exit(1);`);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the C++ compiler <tmp>/bin/g++ is not complete: install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
        g++: fatal error: cannot execute 'cc1plus': execvp: No such file or directory
      "
    `);
  });

  test('a program behind a broken link or without its interpreter', async () => {
    const sandbox = createCheckout();
    writeFileSync(join(sandbox.bin, 'c++'), '#!/no/such/interpreter\n');
    chmodSync(join(sandbox.bin, 'c++'), 0o755);
    expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
      "setup: the C++ compiler <tmp>/bin/c++ could not build the TensorFlow addon: try another one (CXX=clang++), or install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
        spawn <tmp>/bin/c++ ENOENT
      "
    `);
  });
});
