import { execFileSync } from 'node:child_process';
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
