import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary.ts';

const PACKAGE = 'node_modules/@tensorflow/tfjs-node-gpu';
const LOADED = process.arch === 'x64' ? /^(x86-64-v4|x86-64-v3|generic)$/ : /^generic$/;

/** One file with a program of this checkout, its packages left outside. */
async function bundleOf(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** A folder whose packages are this checkout's. */
function withPackages(): string {
  const root = temporaryFolder();
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  return root;
}

let bundle: string;
beforeAll(async () => {
  bundle = await bundleOf('src/engine/index.ts');
});

/** What an engine of a new process says of its kernels, or its refusal; the package is the one that `root` finds. */
async function load(root: string, options: { device?: string; env?: Record<string, string> } = {}) {
  const engine = join(root, 'engine.mjs');
  writeFileSync(engine, bundle);
  const body = `import { loadEngine } from ${JSON.stringify(pathToFileURL(engine).href)};
    const { fused, kernels, code, message, hint } = await loadEngine({ device: '${options.device ?? 'cpu'}', threads: 1 })
      .catch((error) => error);
    console.log(JSON.stringify({ fused, kernels, code, message, hint }));`;
  const { stdout } = await execa('node', ['--input-type=module', '-e', body], { env: options.env ?? {} });
  return JSON.parse(stdout);
}

/** A folder whose packages are this checkout's, but for a copy of TensorFlow's, and where the kernels lie there. */
function withOwnPackage(): { readonly root: string; readonly kernels: string } {
  const root = temporaryFolder();
  for (const folder of ['node_modules', 'node_modules/@tensorflow']) {
    mkdirSync(join(root, folder));
    for (const name of readdirSync(folder)) {
      if (!['@tensorflow', 'tfjs-node-gpu'].includes(name))
        symlinkSync(join(process.cwd(), folder, name), join(root, folder, name));
    }
  }
  cpSync(PACKAGE, join(root, PACKAGE), { recursive: true, verbatimSymlinks: true });
  return { root, kernels: join(root, PACKAGE, 'lib/napi-v8/ferment_kernels') };
}

describe('the engine’s own kernels', () => {
  test('are there after set-up, with the copy for this processor, beside oneDNN’s', async () => {
    const root = withPackages();
    const kernels = process.arch === 'x64' ? 'onednn' : 'standard';
    const loaded = {
      fused: { instructions: expect.stringMatching(LOADED), multipliesBfloat16: expect.any(Boolean) },
    };
    expect(await load(root)).toEqual({ ...loaded, kernels });
    expect(await load(root, { env: { TF_ENABLE_ONEDNN_OPTS: '0' } })).toEqual({
      ...loaded,
      kernels: 'standard',
    });
  });

  test('are left out where the environment says so', async () => {
    const root = withPackages();
    const kernels = process.arch === 'x64' ? 'onednn' : 'standard';
    expect(await load(root, { env: { FERMENT_KERNELS: 'standard' } })).toEqual({ kernels });
  });

  test.runIf(process.arch === 'x64').each(['x86-64-v3', 'generic'])(
    'are an older copy, %s, where the environment says so, and give what single operations give',
    async (instructions) => {
      const root = withPackages();
      writeFileSync(join(root, 'check.mjs'), await bundleOf('test/support/kernels-process.ts'));
      const { stdout } = await execa('node', [join(root, 'check.mjs')], {
        env: { FERMENT_KERNELS: instructions },
      });
      const said = JSON.parse(stdout);
      expect(said.instructions).toBe(instructions);
      expect(said.resnet).toBeLessThan(1e-3);
      expect(said.mobilenetv2).toBeLessThan(2e-2);
      // Eight binary digits, a batch of four, and the tensor that is furthest off.
      expect(said.low.resnet).toBeLessThan(0.3);
      expect(said.low.mobilenetv2).toBeLessThan(0.5);
      expect(said.low.resnet).toBeGreaterThan(1e-3);
    },
  );

  test('are missing where nobody compiled them, and the engine does without', async () => {
    const { root, kernels } = withOwnPackage();
    rmSync(`${kernels}.node`);
    expect((await load(root)).fused).toBeUndefined();
  });

  test.each(['cpu', 'auto'])(
    'stop the engine when they cannot be loaded, also on device %s',
    async (device) => {
      const { root, kernels } = withOwnPackage();
      writeFileSync(`${kernels}.node`, 'no addon');
      const { code, message, hint } = await load(root, { device });
      expect(code).toBe('NO_ENGINE');
      expect(message).toMatch(/^The engine's own kernels cannot be loaded: .*ferment_kernels\.node/);
      expect(hint).toMatch(/^Compile them: npm run setup \(after removing \S+ferment_kernels\.node, /);
    },
  );

  test('stop the engine when set-up has not run since their sources changed', async () => {
    const { root, kernels } = withOwnPackage();
    writeFileSync(`${kernels}.key`, '0123456789abcdef-0123456789abcdef');
    const { code, message } = await load(root);
    expect(code).toBe('NO_ENGINE');
    expect(message).toBe("The engine's own kernels cannot be loaded: made from other sources.");
  });
});
