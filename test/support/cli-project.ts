import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from './project.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

const binary = join(repository, 'bin', 'ferment.js');

/** A project in a temporary folder, as a person at a shell meets it. */
export interface CliProject {
  readonly root: string;
  write(path: string, text: string | Uint8Array): void;
  read(path: string): string;
  has(path: string): boolean;
  remove(path: string): void;
  /** Runs `ferment ARGS` and returns all that is to be seen, without what differs from run to run. */
  ferment(...args: readonly string[]): Promise<string>;
  /** The same with other options of the process: its user, its folder, its environment. */
  fermentAs(options: SpawnOptions, ...args: readonly string[]): Promise<string>;
  /** Starts `ferment ARGS` for a test that interferes with it. */
  start(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<string> };
  /** Only stdout, for `--json`. Throws where the exit code is not the expected one. */
  json(exit: number, ...args: readonly string[]): Promise<string>;
}

export function cliProject(
  files: Readonly<Record<string, string>> = {},
  root = temporaryFolder(),
): CliProject {
  const at = (path: string): string => join(root, path);
  const run = (args: readonly string[], options: SpawnOptions = {}) => start(root, args, options);
  writeFiles(root, files);
  return {
    root,
    write: (path, text) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
    },
    read: (path) => readFileSync(at(path), 'utf8'),
    has: (path) => existsSync(at(path)),
    remove: (path) => rmSync(at(path), { recursive: true }),
    ferment: async (...args) => normalise((await run(args).ended).shown, root),
    fermentAs: async (options, ...args) => normalise((await run(args, options).ended).shown, root),
    start: (...args) => {
      const { child, ended } = run(args);
      return { child, ended: ended.then(({ shown }) => normalise(shown, root)) };
    },
    json: async (exit, ...args) => {
      const result = await run(args).ended;
      if (result.exit !== exit) throw new Error(`Expected exit ${exit}.\n${result.shown}`);
      return result.stdout;
    },
  };
}

interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  /** Exit code or signal, stdout, stderr. */
  readonly shown: string;
}

function start(
  cwd: string,
  args: readonly string[],
  options: SpawnOptions,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { CI: _, ...env } = process.env;
  const child = spawn(process.execPath, [binary, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: { ...env, NO_COLOR: '1', ...options.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (exit, signal) => {
      const parts = [
        `exit ${exit ?? signal}`,
        stdout.trimEnd(),
        stderr === '' ? '' : `! ${stderr.trimEnd()}`,
      ];
      done({ exit, stdout, shown: parts.filter((part) => part !== '').join('\n') });
    });
  });
  return { child, ended };
}

/** Takes out of an output what is different each time: times, run ids, digests, the project's folder. */
export function normalise(text: string, root: string): string {
  return text
    .replaceAll(root, 'ROOT')
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{9}/g, 'RUN')
    .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replace(/\b\d+(\.\d+)? (ms|s|min \d\d s)\b/g, 'TIME');
}
