import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGrayPng } from '../../src/fer/images/index.ts';
import { linkPackages } from '../support/linked-packages.ts';
import { repository } from '../support/project.ts';
import { temporaryFolder, writeFiles } from '../support/temporary.ts';

const run = promisify(execFile);
const NATIVE = '@tensorflow/tfjs-node-gpu';

/** Somebody's own project, with Ferment in its node_modules as npm would unpack it, and packages that are linked to this checkout's. */
const project = temporaryFolder(afterAll);
beforeAll(async () => {
  const modules = join(project, 'node_modules');
  linkPackages(project);
  const left = [
    'dist/of-an-older-build.mjs',
    'dist/killed.mjs.1-ab.tmp',
    'dist/types/of-an-older-build.d.ts',
  ];
  for (const name of left) writeFiles(repository, { [name]: '' });
  const pack = ['run', '--silent', 'package', '--', '--silent', '--pack-destination', project];
  const packed = await run('npm', pack, { cwd: repository });
  mkdirSync(join(modules, 'ferment'));
  await run('tar', [
    '-xzf',
    join(project, packed.stdout.trim().split('\n').at(-1) ?? ''),
    ...['-C', join(modules, 'ferment'), '--strip-components=1'],
  ]);
  return () => {
    for (const name of left) rmSync(join(repository, name), { force: true });
  };
}, 60_000);

async function command(name: 'ferment' | 'fer', ...args: string[]) {
  const file = join(project, 'node_modules', 'ferment', 'bin', `${name}.js`);
  const env = { ...process.env, NO_COLOR: '1', FERMENT_SKIP_SETUP: '' };
  const done = await run(process.execPath, [file, ...args], { cwd: project, env }).catch((error) => error);
  const { code = 0, stdout, stderr } = done as { code?: number; stdout: string; stderr: string };
  return { code, stdout, stderr };
}

describe('Ferment as a package of another project', () => {
  test('is what was built last, and nothing that lay beside it', () => {
    const root = join(project, 'node_modules/ferment');
    expect(readdirSync(root).sort()).toEqual([
      ...['LICENSE', 'README.md', 'bin', 'dist', 'models', 'package.json', 'schemas', 'scripts', 'src'],
    ]);
    const programs = ['fer.mjs', 'main.cjs', 'stage.mjs', 'walk-thread.cjs'];
    expect(readdirSync(join(root, 'dist')).sort()).toEqual(
      [...programs, ...programs.map((name) => `${name}.map`), 'types'].sort(),
    );
    expect(readdirSync(join(root, 'dist/types')).sort()).toEqual(['kit', 'stage']);
  });

  test('runs a stage program that imports ferment/stage, and tells its types', async () => {
    write(
      'pipeline.yaml',
      'stages: {count: {module: count.ts, params: [words], deps: {text: text.txt}, outs: {number: n.txt}}}',
    );
    write('params.yaml', 'words: [a, c]\n');
    write('text.txt', 'a b c a\n');
    write(
      'count.ts',
      `import { readFileSync, writeFileSync } from 'node:fs';
import { runStage } from 'ferment/stage';

await runStage<{ words: string[] }>((stage) => {
  const words = readFileSync(stage.dep('text'), 'utf8').trim().split(' ');
  writeFileSync(stage.out('number'), String(words.filter((word) => stage.params.words.includes(word)).length));
});
`,
    );
    const { code, stdout, stderr } = await command('ferment', 'repro');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('count');
    expect(readFileSync(join(project, 'n.txt'), 'utf8')).toBe('3');

    const check = (...args: string[]) =>
      run(join(repository, 'node_modules', '.bin', 'tsc'), [...args, 'count.ts'], { cwd: project });
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--types', 'node'];
    write('package.json', '{"type": "module"}');
    await check(...options);
    write(
      'count.ts',
      readFileSync(join(project, 'count.ts'), 'utf8').replace("stage.dep('text')", 'stage.dep(1)'),
    );
    await expect(check(...options)).rejects.toMatchObject({ stdout: expect.stringContaining('count.ts(5') });
  });

  test('says which command brings TensorFlow; with it, fer predicts with the engine and its kernels', async () => {
    const pixels = Uint8Array.from({ length: 2304 }, (_, p) => (p * 7) % 256);
    writeFileSync(join(project, 'face.png'), encodeGrayPng({ width: 48, height: 48, pixels }));
    const before = await command('fer', 'predict', 'face.png');
    expect(before.code).not.toBe(0);
    expect(before.stderr).toContain('npx fer setup');

    const setup = await command('fer', 'setup');
    expect(setup.code).toBe(0);
    expect(setup.stderr.split('\n').map((line) => line.split(':')[0])).toEqual([
      'link',
      'addon',
      'kernels',
      'proof',
      '',
    ]);
    expect((await command('fer', 'setup')).stderr).toBe('');
    expect(readdirSync(join(project, 'node_modules', NATIVE, 'lib', 'napi-v8'))).toContain(
      'ferment_kernels.node',
    );

    const after = await command('fer', 'predict', 'face.png', '--json');
    expect(after.code).toBe(0);
    expect(JSON.parse(after.stdout)).toBeTruthy();
  }, 60_000);
});

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}
