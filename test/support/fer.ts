import { join } from 'node:path';
import { execa } from 'execa';
import { repository } from './project.ts';

/** What is to be seen of one `fer ARGS`. */
export interface FerResult {
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `fer` in a folder. */
export async function fer(cwd: string, ...args: readonly string[]): Promise<FerResult> {
  const command = join(repository, 'bin', 'fer.js');
  const { exitCode, stdout, stderr } = await execa(process.execPath, [command, ...args], {
    cwd,
    reject: false,
    env: { NO_COLOR: '1' },
  });
  return { exit: exitCode, stdout, stderr };
}
