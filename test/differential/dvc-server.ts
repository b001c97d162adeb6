import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandResult } from '../support/project.ts';

/** A process that answers DVC commands as the program would, in a tenth of the time. */
export interface DvcServer {
  run(cwd: string, args: readonly string[]): Promise<CommandResult>;
  close(): void;
}

/** Starts `dvc-server.py` with the Python of a DVC; `state` is a folder for what DVC keeps outside of projects. */
export function startDvcServer(dvc: string, state: string): DvcServer {
  const child = spawn(pythonOf(dvc), [join(import.meta.dirname, 'dvc-server.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: dvcEnvironment(state),
  });
  const waiting: { readonly done: (result: CommandResult) => void; readonly fail: (error: Error) => void }[] =
    [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    waiting.shift()?.done(JSON.parse(line) as CommandResult),
  );
  child.on('close', (code) => {
    for (const { fail } of waiting.splice(0)) fail(new Error(`dvc-server.py ended with ${code}.`));
  });
  return {
    run: (cwd, args) =>
      new Promise((done, fail) => {
        waiting.push({ done, fail });
        child.stdin.write(`${JSON.stringify({ cwd, args })}\n`);
      }),
    close: () => end(child),
  };
}

/** The command line itself, for comparison. */
export function runDvc(
  dvc: string,
  state: string,
  cwd: string,
  args: readonly string[],
): Promise<CommandResult> {
  return new Promise((done) => {
    execFile(dvc, args, { cwd, env: dvcEnvironment(state) }, (error, stdout, stderr) =>
      done({ exit: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** The environment in which both the server and a DVC of the command line run. */
function dvcEnvironment(state: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(state, 'site'),
    DVC_GLOBAL_CONFIG_DIR: join(state, 'config'),
    DVC_SYSTEM_CONFIG_DIR: join(state, 'config'),
    SHELL: '/bin/sh',
  };
}

function end(child: ChildProcess): void {
  child.stdin?.end();
}

/** The Python that a `dvc` script runs with: the one beside it, or the one its first line names. */
function pythonOf(dvc: string): string {
  const beside = join(dirname(realpathSync(dvc)), 'python');
  if (existsSync(beside)) return beside;
  const [, named] = /^#!\s*(\S*python\S*)/.exec(readFileSync(dvc, 'utf8')) ?? [];
  if (named !== undefined) return named;
  throw new Error(`Expected ${dvc} to be a Python script, which says with which Python it runs.`);
}
