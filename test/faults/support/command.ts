import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../support/project.ts';

const binary = join(repository, 'bin', 'ferment.js');

/** How one command ended. */
export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** What a person saw: exit code or signal, stdout, stderr. */
  readonly shown: string;
}

/** What is to happen to the command's `at`-th call that changes a file. */
export interface Fault {
  readonly library: string;
  readonly at: number;
  readonly kind: 'kill' | 'ENOSPC' | 'EIO' | 'EACCES';
  /** How many calls in a row; 0 is all from there on. */
  readonly times?: number;
}

/** Runs the real `ferment` in a folder, with a fault where one is given, and waits for its end. */
export async function ferment(cwd: string, args: readonly string[], fault?: Fault): Promise<Ended> {
  return startFerment(cwd, args, fault === undefined ? {} : environmentOf(fault)).ended;
}

/** Starts the real `ferment` for a test that interferes with it. */
export function startFerment(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { readonly kill: () => void; readonly ended: Promise<Ended> } {
  const { CI: _, ...own } = process.env;
  const child = spawn(process.execPath, [binary, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...own, NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    // Not `close`: a stage that outlives a killed command may hold the pipes open.
    child.on('exit', (exit, signal) => {
      setImmediate(() => {
        const parts = [`exit ${exit ?? signal}`, stdout.trimEnd(), stderr.trimEnd()];
        done({ exit, signal, stdout, shown: parts.filter((part) => part !== '').join('\n') });
      });
    });
  });
  return { kill: () => void child.kill('SIGKILL'), ended };
}

function environmentOf({ library, at, kind, times = 1 }: Fault): NodeJS.ProcessEnv {
  return { LD_PRELOAD: library, FAULT_AT: String(at), FAULT_KIND: kind, FAULT_TIMES: String(times) };
}

/** How many calls that change files a command makes when nothing disturbs it. Throws when it fails. */
export async function countChanges(cwd: string, args: readonly string[], library: string): Promise<number> {
  const file = join(cwd, '..', `${process.pid}.count`);
  const { ended } = startFerment(cwd, args, { LD_PRELOAD: library, FAULT_COUNT: file });
  const { exit, shown } = await ended;
  if (exit !== 0) throw new Error(`The undisturbed command failed:\n${shown}`);
  const count = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return count;
}
