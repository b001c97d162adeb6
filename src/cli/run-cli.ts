import { runCommandLine, type Terminal } from '../kit/index.ts';
import { createProgram } from './program.ts';

/** Runs one `ferment` command line and returns its exit code. */
export function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommandLine(args, terminal, createProgram);
}
