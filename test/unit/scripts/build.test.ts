import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildIfStale, isBuildFresh } from '../../../scripts/build.mjs';
import { temporaryFolder, writeFiles } from '../../support/temporary.ts';

const SCRIPTS = fileURLToPath(new URL('../../../scripts', import.meta.url));

const SOURCES = {
  'src/cli/main.ts': `import { word } from '../kit/word.ts';
console.log(word as string);
async function main() {
  if (process.argv[2] === 'wait') await new Promise((resolve) => process.stdin.once('data', resolve));
  if (process.argv[2]) (await import('./late.ts')).late();
  process.exit();
}
main();`,
  'src/fer-cli/main.ts': `console.log('fer', import.meta.filename !== undefined);`,
  'src/stage/index.ts': 'export const openStage = 1;',
  'src/runner/hash/walk-thread.ts': `console.log('thread');`,
  'src/cli/late.ts': `export const late = () => console.log('late one');`,
  'src/kit/word.ts': `export const word = 'first';`,
  'src/kit/unused.ts': '',
};

/** A project with a command line of three files, written a while ago. */
function createProject(): string {
  const root = temporaryFolder();
  writeFiles(root, { 'package.json': '{"type":"module"}', ...SOURCES });
  for (const name of ['package.json', ...Object.keys(SOURCES)]) age(root, name, 100);
  return root;
}

/** Changes a source as an editor would, and lets it be a few seconds old. */
function edit(root: string, name: string, text: string, agoSeconds = 50): void {
  writeFiles(root, { [name]: text });
  age(root, name, agoSeconds);
}

function age(root: string, name: string, agoSeconds: number): void {
  const time = Date.now() / 1000 - agoSeconds;
  utimesSync(join(root, name), time, time);
}

async function runMain(root: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/main.cjs'), ...args]);
  return stdout;
}

test('the command line is one file beside those of its helper thread and of stage programs elsewhere, in which lazily imported commands wait for their time', async () => {
  const root = createProject();
  expect(await buildIfStale(root)).toEqual({ built: true, files: 8 });
  const names = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).sort();
  const built = [
    'fer.mjs',
    'fer.mjs.map',
    'main.cjs',
    'main.cjs.map',
    'stage.mjs',
    'stage.mjs.map',
    'walk-thread.cjs',
    'walk-thread.cjs.map',
  ];
  expect(names).toEqual(['.build.json', ...built]);
  expect(await runMain(root, 'now')).toBe('first\nlate one\n');
});

test('nothing is built while the sources stay as they are', async () => {
  const root = createProject();
  await buildIfStale(root);
  edit(root, 'src/kit/unused.ts', '// nobody imports this file');
  expect(isBuildFresh(root)).toBe(true);
  expect((await buildIfStale(root)).built).toBe(false);
});

test('a changed source is built', async () => {
  const root = createProject();
  await buildIfStale(root);
  edit(root, 'src/kit/word.ts', `export const word = 'again';`);
  expect((await buildIfStale(root)).built).toBe(true);
  expect(await runMain(root)).toBe('again\n');
});

test('a source that was saved while the bundler may have been reading it is built again', async () => {
  const root = createProject();
  edit(root, 'src/kit/word.ts', `export const word = 'now';`, 0);
  await buildIfStale(root);
  expect(isBuildFresh(root)).toBe(false);
});

test.each(['dist', 'dist/main.cjs', 'dist/fer.mjs', 'dist/walk-thread.cjs', 'dist/.build.json'])(
  'it is built again without %s',
  async (name) => {
    const root = createProject();
    await buildIfStale(root);
    rmSync(join(root, name), { recursive: true });
    expect((await buildIfStale(root)).built).toBe(true);
  },
);

test('it is built again where a power cut left a part of the record of what it was built from', async () => {
  const root = createProject();
  await buildIfStale(root);
  truncateSync(join(root, 'dist/.build.json'), 5);
  expect((await buildIfStale(root)).built).toBe(true);
});

test('a file that cannot be written ends the build in a sentence, and leaves nothing half written', async () => {
  const root = createProject();
  for (const name of ['build.mjs', 'setup'])
    cpSync(join(SCRIPTS, name), join(root, 'scripts', name), { recursive: true });
  symlinkSync(join(SCRIPTS, '../node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'dist/main.cjs/in-the-way'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], {
    encoding: 'utf8',
  });
  expect([status, stderr.replaceAll(root, '<root>').replace(/\.\d+-\w+\.tmp/, '.<tmp>')]).toEqual([
    1,
    "build: stopped by an unexpected error: run the command again, and report it if it stays so\nEISDIR: illegal operation on a directory, rename '<root>/dist/main.cjs.<tmp>' -> '<root>/dist/main.cjs'\n",
  ]);
  expect(readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('without the packages it says what brings them', () => {
  const root = createProject();
  for (const name of ['build.mjs', 'setup'])
    cpSync(join(SCRIPTS, name), join(root, 'scripts', name), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, 'build: esbuild is missing in node_modules: npm run setup\n']);
});

test('a command that runs during a build goes on with its own code', async () => {
  const root = createProject();
  await buildIfStale(root);
  const child = spawn(process.execPath, [join(root, 'dist/main.cjs'), 'wait']);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child.stdout, 'data');
  edit(root, 'src/cli/late.ts', `export const late = () => console.log('late two');`);
  await buildIfStale(root);
  child.stdin.write('go\n');
  await once(child, 'close');
  expect(output).toBe('first\nlate one\n');
  expect(await runMain(root, 'now')).toBe('first\nlate two\n');
});

test('what is left of old builds is removed after a week', async () => {
  const root = createProject();
  await buildIfStale(root);
  writeFiles(root, { 'dist/old.cache': '', 'dist/recent.cache': '' });
  age(root, 'dist/old.cache', 8 * 24 * 3600);
  edit(root, 'src/kit/word.ts', `export const word = 'again';`);
  await buildIfStale(root);
  expect(['old', 'recent'].map((name) => existsSync(join(root, `dist/${name}.cache`)))).toEqual([
    false,
    true,
  ]);
});

test('several builds at once leave a whole one', async () => {
  const root = createProject();
  await Promise.all([1, 2, 3].map(() => buildIfStale(root)));
  await buildIfStale(root);
  expect(isBuildFresh(root)).toBe(true);
  expect(await runMain(root, 'now')).toBe('first\nlate one\n');
});

test('a source that does not bundle is named, and the last good build stays', async () => {
  const root = createProject();
  await buildIfStale(root);
  const before = readFileSync(join(root, 'dist/main.cjs'), 'utf8');
  edit(root, 'src/kit/word.ts', 'export const word = ;');
  const failure = await buildIfStale(root).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    message: 'the sources in src/ do not bundle: mend what the lines below name',
  });
  expect((failure as { detail: string }).detail).toContain('src/kit/word.ts:1:20');
  expect(readFileSync(join(root, 'dist/main.cjs'), 'utf8')).toBe(before);
});

test('a checkout without a command line has nothing to build', async () => {
  expect(isBuildFresh(temporaryFolder())).toBe(true);
});
