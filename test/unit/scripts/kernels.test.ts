import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createContext } from '../../../scripts/setup/context.mjs';
import { kernelUnits } from '../../../scripts/setup/kernel-flags.mjs';
import { kernels, kernelsBinary } from '../../../scripts/setup/kernels.mjs';
import { REVISION } from '../../../src/engine/kernels/revision.ts';
import {
  addProgram,
  createSandbox,
  killSetupOnce,
  pinsFor,
  runSetup,
  type Sandbox,
  writeFiles,
} from './support.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PACKAGE = 'node_modules/@tensorflow/tfjs-node-gpu';

/** A numeric code of two functions: enough to see which copy runs. */
const SOURCES = {
  'variants.h': 'struct Kernels { const char* name; };\n',
  'kernels.cc': `#include "variants.h"
    #define JOIN(a, b) a##b
    #ifdef FERMENT_BFLOAT16
    #define NAME(variant) JOIN(bfloat16_, variant)
    #define NUMBERS " in bfloat16"
    #else
    #define NAME(variant) JOIN(kernels_, variant)
    #define NUMBERS ""
    #endif
    #define TEXT(x) #x
    #define QUOTE(x) TEXT(x)
    #if defined(__AVX512BF16__)
    #define SET "avx512 and its bfloat16"
    #elif defined(__AVX512F__)
    #define SET "avx512"
    #elif defined(__AVX2__) && defined(__FMA__)
    #define SET "avx2"
    #else
    #define SET "any"
    #endif
    Kernels NAME(FERMENT_VARIANT)() { return {QUOTE(FERMENT_VARIANT) " by " SET NUMBERS}; }\n`,
  'addon.cc': `#include <node_api.h>
    #include "variants.h"
    Kernels kernels_generic();
    Kernels bfloat16_generic();
    #ifdef FERMENT_X86
    Kernels kernels_v3();
    Kernels kernels_v4();
    Kernels bfloat16_v3();
    Kernels bfloat16_v4();
    #endif
    NAPI_MODULE_INIT() {
      const char* names[] = {kernels_generic().name, bfloat16_generic().name,
    #ifdef FERMENT_X86
        kernels_v3().name, kernels_v4().name, bfloat16_v3().name, bfloat16_v4().name,
    #endif
      };
      for (const char* name : names) {
        napi_value value;
        napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &value);
        napi_set_named_property(env, exports, name, value);
      }
      return exports;
    }\n`,
};

/** A checkout with packages and library as the steps before leave them, and sources of a few lines. */
function createCheckout(changes: Readonly<Record<string, string>> = {}): Sandbox {
  const sandbox = createSandbox({ pins: pinsFor(Buffer.from('wheel')) });
  writeFiles(sandbox.root, {
    [`${PACKAGE}/package.json`]: '{"version":"4.22.0"}',
    'node_modules/node-api-headers/package.json': '{"version":"1.9.0"}',
  });
  writeSources(sandbox, { ...SOURCES, ...changes });
  return sandbox;
}

function writeSources({ root }: Sandbox, sources: Readonly<Record<string, string>>): void {
  const entries = Object.entries(sources).map(([name, text]) => [`src/engine/kernels/${name}`, text]);
  writeFiles(root, Object.fromEntries(entries));
}

/** Gives the checkout this machine's compiler, and this checkout's headers and library. */
function withRealCompiler(sandbox: Sandbox): Sandbox {
  symlinkSync(realpathSync(join(ROOT, PACKAGE, 'deps')), join(sandbox.root, PACKAGE, 'deps'));
  const headers = 'node_modules/node-api-headers/include';
  cpSync(join(ROOT, headers), join(sandbox.root, headers), { recursive: true });
  const { platform, arch, env } = process;
  const pins = JSON.parse(JSON.stringify(sandbox.context.pins).replace('linux-x64', `${platform}-${arch}`));
  const context = { ...sandbox.context, platform, arch, pins, env: { ...env, HOME: sandbox.cache } };
  return { ...sandbox, context };
}

function binaryOf({ root }: Sandbox): string {
  return join(root, PACKAGE, 'lib/napi-v8/ferment_kernels.node');
}

function keyOf({ context }: Sandbox, changes = {}): string {
  return kernelsBinary.key(createContext({ ...context, ...changes }));
}

/** Calls of a compiler that only writes down its arguments, without the sandbox's own folders. */
async function callsOf(sandbox: Sandbox, body = ''): Promise<readonly string[]> {
  const log = JSON.stringify(join(sandbox.bin, 'calls'));
  const out = `args[args.indexOf('-o') + 1]`;
  addProgram(
    sandbox,
    'c++',
    `fs.appendFileSync(${log}, args.join(' ') + '\\n');\n${body}\nfs.writeFileSync(${out}, '');`,
  );
  await runSetup(sandbox, 'kernels');
  return readFileSync(join(sandbox.bin, 'calls'), 'utf8')
    .trimEnd()
    .replaceAll(sandbox.root, '<root>')
    .replaceAll(sandbox.cache, '<cache>')
    .replaceAll(/kernels-[0-9a-f-]{33}/g, '<kernels>')
    .replaceAll(/ferment_kernels\.node\.[\w-]+\.tmp\.(?=\S+\.o)/g, '')
    .replaceAll(/\.node\.\S+/g, '.node')
    .split('\n')
    .sort();
}

describe('the kernels', () => {
  test('are compiled by this machine’s compiler, each copy with its own instructions, to an addon that Node loads', async () => {
    const sandbox = withRealCompiler(createCheckout());
    expect(await runSetup(sandbox, 'kernels')).toEqual({ code: 0, output: 'kernels: built (<time>)\n' });
    const script = `console.log(Object.keys(require(${JSON.stringify(binaryOf(sandbox))})).join(', '))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
    const x64 = 'v3 by avx2, v4 by avx512, v3 by avx2 in bfloat16, v4 by avx512 and its bfloat16 in bfloat16';
    const copies = ['generic by any, generic by any in bfloat16', ...(process.arch === 'x64' ? [x64] : [])];
    expect(stdout.trim()).toBe(copies.join(', '));
    const folder = readdirSync(sandbox.cache).find((name) => /^kernels-/.test(name)) ?? '';
    expect(readdirSync(join(sandbox.cache, folder))).toEqual(['ferment_kernels.node']);
    expect(await runSetup(sandbox, 'kernels')).toEqual({ code: 0, output: '' });
  });

  test('are compiled for three kinds of processor on x64, each for two kinds of numbers, and what runs on every one is linked first', async () => {
    const calls = await callsOf(createCheckout());
    expect(calls.join('\n')).toMatchInlineSnapshot(`
      "-shared -Wl,-rpath,$ORIGIN/../../deps/lib -pthread <cache>/<kernels>/addon.o <cache>/<kernels>/generic.o <cache>/<kernels>/generic-bfloat16.o <cache>/<kernels>/v3.o <cache>/<kernels>/v3-bfloat16.o <cache>/<kernels>/v4.o <cache>/<kernels>/v4-bfloat16.o <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_cc.so.2 <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_framework.so.2 -o <cache>/<kernels>/ferment_kernels.node
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=generic -DFERMENT_BFLOAT16=1 -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/generic-bfloat16.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=generic -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/generic.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=v3 -mavx2 -mfma -DFERMENT_BFLOAT16=1 -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/v3-bfloat16.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=v3 -mavx2 -mfma -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/v3.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=v4 -mavx2 -mfma -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mprefer-vector-width=512 -DFERMENT_BFLOAT16=1 -mavx512bf16 -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/v4-bfloat16.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -DFERMENT_VARIANT=v4 -mavx2 -mfma -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mprefer-vector-width=512 -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/kernels.cc -o <cache>/<kernels>/v4.o
      -std=c++17 -O3 -fPIC -pthread -DNAPI_VERSION=8 -fvisibility=hidden -ffp-contract=fast -fno-math-errno -fno-trapping-math -DFERMENT_X86=1 -I<root>/node_modules/@tensorflow/tfjs-node-gpu/deps/include -I<root>/node_modules/node-api-headers/include -c <root>/src/engine/kernels/addon.cc -o <cache>/<kernels>/addon.o"
    `);
  });

  test('are compiled for one kind elsewhere, and linked as macOS wants it there', async () => {
    const pins = JSON.parse(
      JSON.stringify(pinsFor(Buffer.from('wheel'))).replace('linux-x64', 'darwin-arm64'),
    );
    const sandbox = createCheckout();
    const context = { ...sandbox.context, pins, platform: 'darwin', arch: 'arm64' };
    const calls = await callsOf({ ...sandbox, context });
    expect(calls).toHaveLength(4);
    expect(calls.join(' ')).not.toMatch(/-mavx|FERMENT_X86|FERMENT_VARIANT=v/);
    expect(calls[0]).toMatchInlineSnapshot(
      `"-bundle -undefined dynamic_lookup -Wl,-rpath,@loader_path/../../deps/lib -pthread <cache>/<kernels>/addon.o <cache>/<kernels>/generic.o <cache>/<kernels>/generic-bfloat16.o <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_cc.2.dylib <root>/node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_framework.2.dylib -o <cache>/<kernels>/ferment_kernels.node"`,
    );
  });

  test('are compiled by two compilers at a time', async () => {
    const sandbox = createCheckout();
    const log = JSON.stringify(join(sandbox.bin, 'at-once'));
    // The first waits for a second to begin; a third that begins before one has ended would be seen.
    await callsOf(
      sandbox,
      `const note = (change) => fs.appendFileSync(${log}, change + '\\n');
      const begun = () => fs.readFileSync(${log}, 'utf8').split('\\n').filter((line) => line === '1').length;
      const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      note(1);
      while (begun() < 2) wait(10);
      wait(100);
      note(-1);`,
    );
    let running = 0;
    const counts = readFileSync(join(sandbox.bin, 'at-once'), 'utf8').trimEnd().split('\n').map(Number);
    expect(Math.max(...counts.map((change) => (running += change)))).toBe(2);
  });

  test('are linked of nothing that the compilers of a killed set-up still write', async () => {
    const sandbox = createCheckout();
    const [begun, go, late] = ['begun', 'go', 'late'].map((name) => join(sandbox.bin, name));
    const until = (path?: string) =>
      `while (!fs.existsSync(${JSON.stringify(path)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);`;
    const out = `const out = args[args.indexOf('-o') + 1];`;
    const touch = (path?: string) => `fs.writeFileSync(${JSON.stringify(path)}, '');`;
    addProgram(
      sandbox,
      'c++',
      `${out} ${touch(begun)} ${until(go)} fs.writeFileSync(out, 'late'); ${touch(late)}`,
    );
    await killSetupOnce(begun ?? '', sandbox, 'kernels');
    const link = `const objects = args.filter((arg) => arg.endsWith('.o'));
      fs.writeFileSync(out, objects.map((object) => fs.readFileSync(object, 'utf8')).join(' '));`;
    const isLink = `!args.includes('-c')`;
    addProgram(
      sandbox,
      'c++',
      `${out} if (${isLink}) { ${touch(go)} ${until(late)} ${link} } else fs.writeFileSync(out, 'new');`,
    );
    expect(await runSetup(sandbox, 'kernels')).toEqual({ code: 0, output: 'kernels: built (<time>)\n' });
    expect(readFileSync(binaryOf(sandbox), 'utf8')).toBe('new new new new new new new');
  });

  test('come from the cache folder in another checkout with the same sources, where no compiler is needed', async () => {
    const sandbox = createCheckout();
    await callsOf(sandbox);
    const other = createCheckout();
    const second = { ...other, context: { ...other.context, cache: sandbox.cache } };
    expect((await runSetup(second, 'kernels')).output).toBe(
      'kernels: copied from the cache folder (<time>)\n',
    );
    expect(existsSync(binaryOf(second))).toBe(true);
  });

  test.each([
    ['a source', { 'kernels.cc': `${SOURCES['kernels.cc']}// another comment\n` }],
    ['a header', { 'variants.h': 'struct Kernels { const char* name; long more; };\n' }],
    ['a new header', { 'more.h': '' }],
  ])('are built again when %s changes, and only then', async (_, changes) => {
    const sandbox = createCheckout();
    await callsOf(sandbox);
    const ready = () => kernels.isReady(createContext(sandbox.context));
    const before = keyOf(sandbox);
    writeSources(sandbox, { 'notes.txt': 'no source' });
    expect([keyOf(sandbox), ready()]).toEqual([before, true]);
    writeSources(sandbox, changes);
    expect([keyOf(sandbox) === before, ready()]).toEqual([false, false]);
    expect((await runSetup(sandbox, 'kernels')).output).toBe('kernels: built (<time>)\n');
  });

  test('have another name for other headers, another library and another platform', () => {
    const sandbox = createCheckout();
    const names = [keyOf(sandbox), keyOf(sandbox, { pins: pinsFor(Buffer.from('another wheel')) })];
    const arm = JSON.parse(JSON.stringify(sandbox.context.pins).replace('linux-x64', 'linux-arm64'));
    names.push(keyOf(sandbox, { pins: arm, arch: 'arm64' }));
    writeFiles(sandbox.root, { 'node_modules/node-api-headers/package.json': '{"version":"1.9.1"}' });
    names.push(keyOf(sandbox));
    expect(new Set(names).size).toBe(names.length);
  });

  test('are named in a module of the engine, which set-up writes again when a source changes', async () => {
    const sandbox = createCheckout();
    await callsOf(sandbox);
    const noted = () => readFileSync(join(sandbox.root, 'src/engine/kernels/revision.ts'), 'utf8');
    const before = noted();
    writeSources(sandbox, { 'variants.h': '' });
    await runSetup(sandbox, 'kernels');
    expect(noted()).not.toBe(before);
    const [, revision] = /REVISION = '(\w{16})'/.exec(noted()) ?? [];
    expect(keyOf(sandbox)).toMatch(new RegExp(`^${revision}-`));
  });

  test('of this checkout are those that its engine names', () => {
    expect(kernelsBinary.key(createContext())).toMatch(new RegExp(`^${REVISION}-`));
  });

  test('ask of the processor exactly what variants.h looks for', () => {
    const text = readFileSync(join(ROOT, 'src/engine/kernels/variants.h'), 'utf8');
    const checked = [...text.matchAll(/__builtin_cpu_supports\("(\w+)"\)/g)].map(([, name]) => name).sort();
    const flags = kernelUnits('x64').flatMap((unit) => unit.flags);
    const used = flags.filter((flag) => /^-m(?!prefer)/.test(flag)).map((flag) => flag.slice(2));
    expect([...new Set(used)].sort()).toEqual(checked);
  });
});

describe('one sentence says what is wrong', () => {
  test('with a source, in the compiler’s words, and nothing is left of it', async () => {
    const sandbox = withRealCompiler(createCheckout({ 'kernels.cc': 'int broken() { return nothing; }\n' }));
    const { code, output } = await runSetup(sandbox, 'kernels');
    expect([code, existsSync(binaryOf(sandbox))]).toEqual([1, false]);
    expect(output).toMatch(
      /^setup: the C\+\+ compiler \S+ could not build the training kernels: try another one \(CXX=clang\+\+\), or install one with /,
    );
    expect(output).toMatch(/kernels\.cc:1:\d+: error: .*nothing/);
    expect(readdirSync(sandbox.cache)).toEqual([]);
  });

  test('with a machine that has no compiler', async () => {
    expect((await runSetup(createCheckout(), 'kernels')).output).toMatch(
      /^setup: there is no C\+\+ compiler \(/,
    );
  });

  test('with a checkout that has no sources', async () => {
    const sandbox = createSandbox({ pins: pinsFor(Buffer.from('wheel')) });
    writeFiles(sandbox.root, { 'node_modules/node-api-headers/package.json': '{"version":"1.9.0"}' });
    expect(await runSetup(sandbox, 'kernels')).toEqual({
      code: 1,
      output: 'setup: src/engine/kernels has no sources: git checkout src/engine/kernels\n',
    });
  });
});
