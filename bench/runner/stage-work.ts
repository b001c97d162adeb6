import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tool } from './bench.ts';
import { setAside } from './scratch.ts';

/** How many stages hang on one another; then a new chain begins. */
const CHAIN = 10;

/** One trivial stage: it copies its input, after what the stage before it wrote. */
interface TinyStage {
  readonly name: string;
  readonly deps: readonly string[];
  readonly out: string;
  readonly cmd: string;
  /** The stage that it follows. */
  readonly after: string | undefined;
}

function tinyStages(count: number): readonly TinyStage[] {
  return Array.from({ length: count }, (_, i): TinyStage => {
    const follows = i % CHAIN !== 0;
    const deps = [`in/${i}.txt`, ...(follows ? [`out/${i - 1}.txt`] : [])];
    const out = `out/${i}.txt`;
    const cmd = `cat ${[...deps].reverse().join(' ')} > ${out}`;
    return { name: `s${i}`, deps, out, cmd, after: follows ? `s${i - 1}` : undefined };
  });
}

/** Writes a project of `count` trivial stages for one tool, with inputs and without results. */
export function writeStages(folder: string, count: number, tool: Tool, modules?: string): void {
  const stages = tinyStages(count);
  for (const [i] of stages.entries()) write(folder, `in/${i}.txt`, `input ${i}\n`);
  mkdirSync(join(folder, 'out'), { recursive: true });
  for (const [name, text] of Object.entries(FILES[tool]?.(stages) ?? {})) write(folder, name, text);
  if (modules !== undefined) symlinkSync(modules, join(folder, 'node_modules'));
}

/** Takes away what the stages wrote, and all that the tool remembers of it. */
export function forgetStages(folder: string): void {
  const memory = [
    '.ferment',
    'pipeline.lock',
    'dvc.lock',
    '.dvc/cache',
    '.dvc/tmp',
    '.snakemake',
    '.wireit',
    '.turbo',
  ];
  for (const name of ['out', 'node_modules/.cache', ...memory]) setAside(join(folder, name));
  mkdirSync(join(folder, 'out'));
}

/** Throws unless every stage's out has the content that it must have. */
export function checkStages(folder: string, count: number): void {
  let expected = '';
  for (let i = 0; i < count; i++) {
    expected = `${i % CHAIN === 0 ? '' : expected}input ${i}\n`;
    const found = readFileSync(join(folder, `out/${i}.txt`), 'utf8');
    if (found !== expected) throw new Error(`out/${i}.txt holds ${JSON.stringify(found)}.`);
  }
}

/** When each out was last written; equal before and after a run that had nothing to do. */
export function timesOf(folder: string, count: number): string {
  return Array.from({ length: count }, (_, i) => statSync(join(folder, `out/${i}.txt`)).mtimeMs).join(' ');
}

/**
 * Puts a DVC project into the state in which `dvc repro` has left it: outs, cache and dvc.lock, in DVC 3's formats.
 * Running a thousand stages with DVC would take the better part of an hour.
 */
export function pretendDvcRan(folder: string, count: number): void {
  const blocks = tinyStages(count).map(({ name, deps, out, cmd, after }, i) => {
    const before = after === undefined ? '' : readFileSync(join(folder, `out/${i - 1}.txt`), 'utf8');
    write(folder, out, `${before}input ${i}\n`);
    const item = (path: string): string => {
      const bytes = readFileSync(join(folder, path));
      const md5 = createHash('md5').update(bytes).digest('hex');
      if (path === out) write(folder, `.dvc/cache/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`, bytes);
      return `    - path: ${path}\n      hash: md5\n      md5: ${md5}\n      size: ${bytes.length}\n`;
    };
    return `  ${name}:\n    cmd: ${cmd}\n    deps:\n${[...deps].sort().map(item).join('')}    outs:\n${item(out)}`;
  });
  write(folder, 'dvc.lock', `schema: '2.0'\nstages:\n${blocks.join('')}`);
}

type Files = Readonly<Record<string, string>>;

/** The project files of each tool, by name. */
const FILES: Readonly<Partial<Record<Tool, (stages: readonly TinyStage[]) => Files>>> = {
  ferment: (stages) => ({ 'pipeline.yaml': pipeline(stages) }),
  dvc: (stages) => ({
    'dvc.yaml': pipeline(stages),
    '.dvc/config': '[core]\n    no_scm = True\n    analytics = false\n',
    '.dvcignore': '',
  }),
  snakemake: (stages) => ({
    Snakefile: [
      `rule all:\n    input: ${stages.map(({ out }) => JSON.stringify(out)).join(', ')}\n`,
      ...stages.map(
        ({ name, deps, out, cmd }) =>
          `rule ${name}:\n    input: ${deps.map((dep) => JSON.stringify(dep)).join(', ')}\n    output: "${out}"\n    shell: "${cmd}"\n`,
      ),
    ].join('\n'),
  }),
  wireit: (stages) => ({
    'package.json': json({
      name: 'bench',
      private: true,
      scripts: Object.fromEntries(['all', ...stages.map(({ name }) => name)].map((name) => [name, 'wireit'])),
      wireit: Object.fromEntries([
        ['all', { dependencies: stages.map(({ name }) => name) }],
        ...stages.map(({ name, deps, out, cmd, after }) => [
          name,
          { command: cmd, files: deps, output: [out], dependencies: after === undefined ? [] : [after] },
        ]),
      ]),
    }),
  }),
  turbo: (stages) => ({
    'package.json': json({
      name: 'bench',
      private: true,
      packageManager: 'npm@10.8.2',
      scripts: { all: 'true', ...Object.fromEntries(stages.map(({ name, cmd }) => [name, cmd])) },
    }),
    'package-lock.json': json({ name: 'bench', lockfileVersion: 3, requires: true, packages: {} }),
    'turbo.json': json({
      tasks: Object.fromEntries([
        ['all', { dependsOn: stages.map(({ name }) => name), cache: false }],
        ...stages.map(({ name, deps, out, after }) => [
          name,
          { inputs: deps, outputs: [out], dependsOn: after === undefined ? [] : [after] },
        ]),
      ]),
    }),
  }),
  make: (stages) => ({
    Makefile: [
      `all: ${stages.map(({ out }) => out).join(' ')}\n.PHONY: all\n`,
      ...stages.map(({ deps, out, cmd }) => `${out}: ${deps.join(' ')}\n\t@${cmd}\n`),
    ].join('\n'),
  }),
};

function pipeline(stages: readonly TinyStage[]): string {
  const blocks = stages.map(
    ({ name, deps, out, cmd }) =>
      `  ${name}:\n    cmd: ${cmd}\n    deps:\n${deps.map((dep) => `    - ${dep}\n`).join('')}    outs:\n    - ${out}\n`,
  );
  return `stages:\n${blocks.join('')}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function write(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
