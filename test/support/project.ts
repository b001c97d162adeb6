import { spawn } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './temporary.ts';

/** The checkout under test. */
export const repository = resolve(import.meta.dirname, '..', '..');

const binary = join(repository, 'bin', 'ferment.js');

export interface CommandResult {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real `ferment` in a folder and waits for its end. */
export function ferment(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', fail);
    child.on('close', (exit) => done({ exit, stdout, stderr }));
  });
}

/** The stages' outcomes from the last line of `repro --json`. Throws with the whole output where there is none. */
export function outcomes(result: CommandResult): Record<string, string> {
  const last = result.stdout.trim().split('\n').at(-1) ?? '';
  try {
    const summary = JSON.parse(last) as { event: string; stages: Record<string, string> };
    if (summary.event === 'summary') return summary.stages;
  } catch {
    // told below
  }
  throw new Error(`No summary (exit ${result.exit}).\n${result.stdout}\n${result.stderr}`);
}

/** Fills a folder with a copy of the study that a test may edit; the packages are those of the checkout. */
export function copyStudyTo(folder: string): void {
  for (const name of [
    'src',
    'stages',
    'schemas',
    'pipeline.yaml',
    'params.yaml',
    'package.json',
    'package-lock.json',
  ]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
}

/** A copy of the study that is gone when the test is over. */
export function copyOfStudy(): string {
  const folder = temporaryFolder();
  copyStudyTo(folder);
  return folder;
}
