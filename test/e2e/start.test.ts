import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { repository } from '../support/project.ts';
import { temporaryFolder, writeFiles } from '../support/temporary.ts';

/** The command with a program of one line in the place of its own. */
function installed(program?: string): string {
  const root = temporaryFolder();
  cpSync(join(repository, 'bin'), join(root, 'bin'), { recursive: true });
  writeFiles(root, {
    'package.json': '{"version": "1.2.3"}',
    ...(program === undefined ? {} : { 'dist/main.cjs': program }),
  });
  return root;
}

function start(root: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'bin/ferment.js'), ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

function compiled(root: string): string[] {
  return readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.cache'));
}

test('code that repro compiled is kept for the next start, and never taken for that of another build', () => {
  const root = installed("console.log('one', require('node:path').basename(__filename));");
  expect(start(root, 'status')).toBe('one main.cjs\n');
  expect(compiled(root)).toEqual([]);
  expect(start(root, 'repro')).toBe('one main.cjs\n');
  const [cache = ''] = compiled(root);
  expect(cache).toContain(process.version);
  expect(start(root, 'repro')).toBe('one main.cjs\n');
  const main = join(root, 'dist/main.cjs');
  writeFileSync(main, readFileSync(main, 'utf8').replace('one', 'two'));
  utimesSync(main, 1, 1);
  expect(start(root, 'repro')).toBe('two main.cjs\n');
  expect(compiled(root)).toHaveLength(2);
});

test('a package that is imported late is found, also by code that another start compiled', () => {
  const files = {
    'pipeline.yaml':
      "stages: {s: {cmd: 'cat in/*.txt > o', deps: ['in/*.txt'], outs: [o]}, p: {module: p.ts, outs: [q]}}",
    'p.ts': "import { writeFileSync } from 'node:fs';\nwriteFileSync('q', 'x');",
    'in/a.txt': 'a',
  };
  const project = cliProject(files);
  const own = join(repository, 'bin/ferment.js');
  const run = (): string =>
    execFileSync(process.execPath, [own, 'repro'], { cwd: project.root, encoding: 'utf8', stdio: 'pipe' });
  expect(run()).toContain('2 ran');
  project.write('in/b.txt', 'b');
  project.write('p.ts', "import { writeFileSync } from 'node:fs';\nwriteFileSync('q', 'y');");
  expect(run()).toContain('2 ran');
  expect(project.read('o')).toBe('ab');
});

test('damaged compiled code is compiled again', () => {
  const root = installed("console.log('hello');");
  start(root, 'repro');
  const [cache = ''] = compiled(root);
  const whole = readFileSync(join(root, 'dist', cache));
  for (const bytes of [Buffer.alloc(0), Buffer.from('no code'), whole.subarray(0, whole.length / 2)]) {
    writeFileSync(join(root, 'dist', cache), bytes);
    expect(start(root, 'repro')).toBe('hello\n');
    expect(readFileSync(join(root, 'dist', cache)).length).toBe(whole.length);
  }
});

test('the version is known without the program; all else says how to build it', () => {
  const root = installed();
  expect(start(root, '--version')).toBe('1.2.3\n');
  expect(() => start(root, 'repro')).toThrow(/Ferment is not built yet\.\nBuild it with: npm run setup\n/);
});

test.each(['ferment', 'fer'])('%s on a Node that is too old says so, and does not begin', (name) => {
  const root = installed("throw new Error('it began')");
  writeFiles(root, {
    'dist/fer.mjs': "throw new Error('it began')",
    'old.cjs':
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });",
  });
  const argv = ['--require', join(root, 'old.cjs'), join(root, `bin/${name}.js`), 'predict'];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 70,
    stderr:
      'Ferment needs Node 20.19 or later, up to 24, and this is Node 18.20.8: nvm install 22 && nvm use 22, or install Node 22 in your own way\n',
  });
});

test.each([
  ['ferment', 'yaml'],
  ['fer', 'sharp'],
])('%s without its packages says what brings them', (name, lacking) => {
  const root = installed();
  cpSync(join(repository, 'dist'), join(root, 'dist'), { recursive: true });
  writeFiles(root, { 'pipeline.yaml': 'stages: {hello: {cmd: echo hello}}' });
  const argv = [join(root, `bin/${name}.js`), name === 'fer' ? '--help' : 'status'];
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 70,
    stderr: `error: Ferment lacks ${lacking}, which should be in node_modules.\nInstall the packages with: npm run setup\n`,
  });
});
