import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isFermentError } from '../../../../src/kit/index.ts';
import { type Bundle, Bundler } from '../../../../src/runner/bundle/bundler.ts';
import { compareBundles } from '../../../../src/runner/bundle/record.ts';
import { Hasher } from '../../../../src/runner/hash/hasher.ts';
import { runnerProject } from '../../../support/runner-project.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const FILES = {
  'package.json': '{"type": "module", "sideEffects": false}',
  'stages/a.ts': `
import { used } from '../src/index.ts';
import { readFileSync } from 'node:fs';
console.log(used(1), readFileSync);
`,
  'stages/b.ts': "import { other } from '../src/index.ts';\nconsole.log(other('x'));\n",
  'src/index.ts': "export { used } from './used.ts';\nexport { other } from './other.ts';\n",
  'src/used.ts':
    "import { middle } from './middle.ts';\nexport const used = (x: number): number => middle(x) + 1;\n",
  'src/middle.ts':
    "import { deep } from './deep.ts';\nexport const middle = (x: number): number => deep(x) * 2;\n",
  'src/deep.ts':
    '/** Says something. */\nexport function deep(x: number): number {\n  return x - 3; // why\n}\n',
  'src/other.ts': "import pkg from 'one';\nexport const other = (x: string) => pkg(x);\n",
};

/** A new process's view of a project's programs. */
function bundlerOf(root: string): Bundler {
  const state = join(root, '.ferment');
  return new Bundler(new Hasher(root, state), state);
}

async function bundleOf(root: string, module = 'stages/a.ts'): Promise<Bundle> {
  const bundler = bundlerOf(root);
  const bundle = await bundler.bundle(module);
  bundler.save();
  return bundle;
}

function project(files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  writeFiles(root, { ...FILES, ...files });
  return root;
}

it('comments, layout and types do not count; nor does a module that is not used', async () => {
  const root = project();
  const before = await bundleOf(root);
  writeFiles(root, {
    'src/deep.ts':
      '// nothing\nexport function deep(value: number) {\n\n  return value -    3\n}\n'.replaceAll(
        'value',
        'x',
      ),
    'src/other.ts': "import two from 'two';\nexport const other = () => two;\n",
  });
  expect(await bundleOf(root)).toEqual(before);
});

it('a helper three imports away counts, for the programs that reach it', async () => {
  const root = project();
  const [a, b] = [await bundleOf(root), await bundleOf(root, 'stages/b.ts')];
  writeFiles(root, { 'src/deep.ts': 'export function deep(x: number) {\n  return x - 4;\n}\n' });
  expect((await bundleOf(root)).bundle).not.toBe(a.bundle);
  expect(await bundleOf(root, 'stages/b.ts')).toEqual(b);
  const changes = compareBundles(join(root, '.ferment'), a, await bundleOf(root));
  expect(changes).toMatchObject([{ kind: 'code', name: 'src/deep.ts', change: 'modified' }]);
});

it('the same sources give the same bundle in another folder', async () => {
  const [here, there] = [project(), project()];
  const bundle = await bundleOf(here);
  expect(await bundleOf(there)).toEqual(bundle);
  const text = readFileSync(join(here, '.ferment/bundles', `${bundle.bundle}.mjs`), 'utf8');
  expect(text).not.toContain(here);
  expect(text).not.toContain('why');
});

const lockWith = (version: string): string =>
  JSON.stringify({
    packages: {
      '': {},
      'node_modules/one': { version: '1.0.0', integrity: 'sha512-one', dependencies: { three: '*' } },
      'node_modules/three': { version, integrity: `sha512-${version}` },
      'node_modules/four': { version },
    },
  });

it('a package counts with all that it depends on, for the programs that import it', async () => {
  const root = project({ 'package-lock.json': lockWith('1.0.0') });
  const [a, b] = [await bundleOf(root), await bundleOf(root, 'stages/b.ts')];
  writeFiles(root, { 'package-lock.json': lockWith('1.0.1') });
  expect(await bundleOf(root)).toEqual(a);
  const after = await bundleOf(root, 'stages/b.ts');
  expect(after.bundle).toBe(b.bundle);
  expect(after.packages).not.toBe(b.packages);
  expect(compareBundles(join(root, '.ferment'), b, after)).toEqual([
    { kind: 'code', name: 'three', change: 'modified', old: '1.0.0', new: '1.0.1' },
  ]);
});

it('without a lock file, what is installed counts', async () => {
  const root = project({ 'node_modules/one/package.json': '{"version": "1.0.0"}' });
  const before = await bundleOf(root, 'stages/b.ts');
  writeFiles(root, { 'node_modules/one/package.json': '{"version": "1.0.1"}' });
  expect((await bundleOf(root, 'stages/b.ts')).packages).not.toBe(before.packages);
});

it('a new file that takes over an import without extension is seen', async () => {
  const root = project({
    'stages/a.ts': "import { x } from '../src/thing';\nconsole.log(x);\n",
    'src/thing/index.ts': 'export const x = 1;\n',
  });
  const before = await bundleOf(root);
  writeFiles(root, { 'src/thing.ts': 'export const x = 2;\n' });
  expect((await bundleOf(root)).bundle).not.toBe(before.bundle);
});

it('the program that runs is checked: a damaged bundle is written anew', async () => {
  const root = project();
  const bundle = await bundleOf(root);
  const file = join(root, '.ferment/bundles', `${bundle.bundle}.mjs`);
  const text = readFileSync(file, 'utf8');
  writeFiles(root, { [`.ferment/bundles/${bundle.bundle}.mjs`]: `${text.replace('x-3', 'x-5')}` });
  expect(await bundlerOf(root).runnable(bundle)).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(existsSync(`${file}.map`)).toBe(true);
});

it('problems name file, line and column, all of them', async () => {
  const root = project({
    'stages/a.ts':
      "import { used } from '../src/usde.ts';\nimport './nothing.ts';\nimport './sub/x.ts';\nconsole.log(used);\n",
  });
  const error = await bundleOf(root).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isFermentError(error) && error.code).toBe('BUNDLE_FAILED');
  expect(isFermentError(error) && error.message).toMatchInlineSnapshot(`
    "stages/a.ts:1:22 Could not resolve "../src/usde.ts"
      1 | import { used } from '../src/usde.ts';
        |                      ^^^^^^^^^^^^^^^^
      Did you mean 'used.ts'?

    stages/a.ts:2:8 Could not resolve "./nothing.ts"
      2 | import './nothing.ts';
        |        ^^^^^^^^^^^^^^

    stages/a.ts:3:8 Could not resolve "./sub/x.ts"
      3 | import './sub/x.ts';
        |        ^^^^^^^^^^^^
      There is no folder stages/sub."
  `);
});

it('a program that imports packages that are not installed is refused, with the places, before it runs', async () => {
  const root = project({
    'package.json':
      '{"name": "own", "type": "module", "dependencies": {"@in/list": "1"}, "exports": {"./x": "./x.js"}}',
    'node_modules/there/index.js': '',
    'stages/a.ts': `
import 'there';
import 'node:fs';
import 'own/x';
import { used } from '../src/packages.ts';
console.log(used);
await import('optional').catch(() => {});
`,
    'src/packages.ts': `
// import 'nowhere' is what it was.
import nowhere from 'nowhere';
import { deep } from '@in/list/deep.js';
import other from "other";

export const used = [nowhere, deep, other];
`,
    'src/other.ts': '',
  });
  const bundle = await bundleOf(root);
  await expect(bundlerOf(root).runnable(bundle)).rejects.toMatchObject({
    code: 'BUNDLE_FAILED',
    message: `src/packages.ts:3:21 The package 'nowhere' is not installed.
  3 | import nowhere from 'nowhere';
    |                     ^^^^^^^^^
  Install it: npm install nowhere

src/packages.ts:4:22 The package '@in/list' is not installed.
  4 | import { deep } from '@in/list/deep.js';
    |                      ^^^^^^^^^^^^^^^^^^
  Install what package.json names: npm install

src/packages.ts:5:19 The package 'other' is not installed.
  5 | import other from "other";
    |                   ^^^^^^^
  For the file src/other.ts, write './other'.`,
  });
  writeFiles(root, {
    'node_modules/nowhere/index.js': '',
    'node_modules/@in/list/deep.js': '',
    'node_modules/other/index.js': '',
  });
  await expect(bundlerOf(root).runnable(bundle)).resolves.toMatch(/\.mjs$/);
});

it('a program that does not exist is said so', async () => {
  await expect(bundleOf(project(), 'stages/nope.ts')).rejects.toMatchObject({
    code: 'BUNDLE_FAILED',
    message: 'The program stages/nope.ts does not exist.',
  });
});

it.each(['stages/a*b.ts', 'stages/[a]{b}?.ts', 'stages/a\\b.ts', 'odd * folder/a.ts'])(
  'a program may be called %j, and is bundled as under any other name',
  async (name) => {
    const root = project({ [name]: FILES['stages/a.ts'], 'stages/axb.ts': 'not this one' });
    writeFiles(root, { 'odd * folder/nothing.ts': '' });
    const bundle = await bundleOf(root, name);
    expect(bundle.bundle).toBe((await bundleOf(root)).bundle);
    writeFiles(root, { 'src/deep.ts': 'export const deep = (x: number) => x - 4;\n' });
    expect((await bundleOf(root, name)).bundle).not.toBe(bundle.bundle);
    expect(bundlerOf(root).sources(name)).toContain('src/deep.ts');
  },
);

it('node_modules may be a link that leads out of the project, and so may a package in it', async () => {
  const outside = temporaryFolder();
  const one = (version: string) => ({
    'one/package.json': `{"name": "one", "version": "${version}", "main": "index.js", "dependencies": {"two": "1"}}`,
    'one/index.js': `module.exports = '${version}';\n`,
  });
  writeFiles(outside, {
    ...Object.fromEntries(Object.entries(one('1.0.0')).map(([name, text]) => [`modules/${name}`, text])),
    'packages/two/package.json': '{"name": "two", "version": "1.0.0"}',
  });
  symlinkSync('../packages/two', join(outside, 'modules/two'));
  const p = runnerProject({
    'package.json': '{"type": "module"}',
    'pipeline.yaml': 'stages: {s: {module: s.ts, outs: [o.txt]}}\n',
    's.ts':
      "import { writeFileSync } from 'node:fs';\nimport one from 'one';\nwriteFileSync('o.txt', one);\n",
  });
  symlinkSync(join(outside, 'modules'), join(p.root, 'node_modules'));
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect(p.read('o.txt')).toBe('1.0.0');
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
  writeFiles(join(outside, 'modules'), one('2.0.0'));
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect(p.read('o.txt')).toBe('2.0.0');
  writeFiles(outside, { 'packages/two/package.json': '{"name": "two", "version": "1.0.1"}' });
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
});
