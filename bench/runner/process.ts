import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './bench.ts';
import { scratchFolder } from './scratch.ts';

/** What one run of a program took, it and all processes that it waited for. */
export interface Timed {
  readonly wallSeconds: number;
  /** User and system. */
  readonly cpuSeconds: number;
  /** Of the largest single process. */
  readonly peakBytes: number;
  readonly exitCode: number;
  /** True when it was ended because it took longer than its cap. */
  readonly isCapped: boolean;
  /** stdout and stderr together. */
  readonly output: string;
}

const WATCHER = fileURLToPath(new URL('timed.py', import.meta.url));

/** Runs a program and waits for it. Its output goes to a file, so that no reader slows it down. */
export function runTimed(command: Command, cwd: string, capSeconds = 600): Timed {
  const file = join(scratchFolder('output'), 'output');
  const { stdout, stderr, status } = spawnSync(
    'python3',
    [WATCHER, String(capSeconds), file, command.file, ...command.args],
    { cwd, env: { ...process.env, ...command.env }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`Cannot start ${command.file}: ${stderr}`);
  const [wall = 0, cpu = 0, peak = 0, exitCode = 0, capped = 0] = stdout.split(' ').map(Number);
  return {
    wallSeconds: wall,
    cpuSeconds: cpu,
    peakBytes: peak,
    exitCode,
    isCapped: capped === 1,
    output: readFileSync(file, 'utf8'),
  };
}

/** Runs a program for its effect. Throws with its output unless it succeeds. */
export function runQuietly({ file, args, env }: Command, cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  throw new Error(`${file} ${args.join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`.slice(-2000)}`);
}
