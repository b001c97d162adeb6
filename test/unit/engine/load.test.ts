import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../../src/engine/index.ts';

let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferment-engine-'));
  bundle = join(folder, 'engine.mjs');
  await build({
    entryPoints: ['src/engine/index.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that imports the bundled engine from `at`, as the runner does, and gives all it prints. */
async function run(at: string, body: string, env: Record<string, string> = {}) {
  const path = join(at, 'program.mjs');
  const text = `import { createInference, loadEngine } from ${JSON.stringify(pathToFileURL(bundle).href)};\n${body}`;
  writeFileSync(path, text);
  return execa('node', [path], { env, reject: false, all: true });
}

const LOAD = `const engine = await loadEngine({ device: 'cpu' }).catch((error) => error);
console.log(JSON.stringify({ code: engine.code, hint: engine.hint, device: engine.device, threads: engine.threads, kernels: engine.kernels }));`;

describe('loadEngine', () => {
  test('loads the CPU library, says which and why, and gives the same engine again', async () => {
    const engine = await loadEngine({ device: 'cpu' });
    expect(engine.device).toBe('cpu');
    expect(engine.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(engine.reason).toBe('cpu was asked for');
    expect(await loadEngine({ device: 'auto' })).toBe(engine);
  });

  test('refuses a second device or number of threads in one process', async () => {
    const { threads } = await loadEngine({ device: 'cpu' });
    await expect(loadEngine({ device: 'cuda' })).rejects.toMatchObject({ code: 'NO_DEVICE' });
    await expect(loadEngine({ device: 'cpu', threads: threads + 1 })).rejects.toThrow(/already loaded/);
  });

  test('says what to install when the package cannot be found', async () => {
    const { all } = await run(folder, LOAD);
    expect(JSON.parse(all)).toEqual({
      code: 'NO_ENGINE',
      hint: 'Install the library and its addon: npm run setup',
    });
  });

  test('says what to install for WebGPU, and takes nothing in its place', async () => {
    const body = `await loadEngine({ device: 'webgpu' }).catch((e) => console.log(e.code, '|', e.message, '|', e.hint));`;
    const { all } = await run(folder, body);
    expect(all).toMatch(
      /^NO_DEVICE \| WebGPU was asked for, but its packages cannot be loaded: .* \| Install them: npm run webgpu$/,
    );
  });

  test('names the missing library where nothing can take its place', async () => {
    const { all } = await run(folder, LOAD.replace("'cpu'", "'auto'"));
    expect(JSON.parse(all)).toMatchObject({ code: 'NO_ENGINE' });
  });
});

describe('the engine in a process of its own', () => {
  const inProject = (body: string, env: Record<string, string> = {}) =>
    execa('node', ['--input-type=module', '--import', 'tsx', '-e', body], { env, reject: false, all: true });
  const importing = "import { loadEngine } from './src/engine/index.ts';\n";

  test('takes its threads from the scheduler’s slots, and prints nothing', async () => {
    const { all } = await inProject(importing + LOAD, { FERMENT_CPUS: '1' });
    // Other processors' libraries have no oneDNN twins.
    const kernels = process.arch === 'x64' ? 'onednn' : 'standard';
    expect(all).toBe(JSON.stringify({ device: 'cpu', threads: 1, kernels }));
  });

  test('says that no GPU is there when CUDA was asked for', async () => {
    const body = `${importing}await loadEngine({ device: 'cuda' }).catch((e) => console.log(e.code, '|', e.hint));`;
    const { all } = await inProject(body, { CUDA_VISIBLE_DEVICES: '-1' });
    expect(all).toMatch(/^NO_DEVICE \| Check that nvidia-smi lists a GPU/);
  });

  test('gives back what newer Nodes removed and the package calls', async () => {
    const body = `import { createRequire } from 'node:module';
      const util = createRequire(import.meta.url)('node:util');
      delete util.isNullOrUndefined;
      const { loadEngine } = await import('./src/engine/index.ts');
      const { tf } = await loadEngine({ device: 'cpu' });
      console.log(util.isNullOrUndefined(null), util.isNullOrUndefined(0), tf.scalar(2).square().dataSync()[0]);`;
    expect((await inProject(body)).all).toBe('true false 4');
  });

  test('multiplies matrices whose sums are long while signals come, and nothing in memory is written over', async () => {
    const body = `${importing}const { tf } = await loadEngine({ device: 'cpu', threads: 2 });
      const [a, b] = [tf.ones([64, 6912]), tf.ones([6912, 64])];
      let signals = 0;
      process.on('SIGWINCH', () => signals++);
      console.log('ready');
      while (signals < 2000) {
        for (let i = 0; i < 20; i++) a.matMul(b).dispose();
        await new Promise((resolve) => setImmediate(resolve));
      }
      console.log(a.matMul(b).dataSync()[0]);`;
    const child = inProject(body);
    child.stdout.once('data', async () => {
      while (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGWINCH');
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(await child).toMatchObject({ exitCode: 0, all: 'ready\n6912' });
  }, 60_000);

  test('uses the standard kernels where oneDNN is turned off', async () => {
    const body = `${importing}console.log((await loadEngine({ device: 'cpu' })).kernels);`;
    expect((await inProject(body, { TF_ENABLE_ONEDNN_OPTS: '0' })).all).toBe('standard');
  });
});
