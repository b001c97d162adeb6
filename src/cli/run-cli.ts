import { CommanderError } from 'commander';
import { explainSystemError, isFermentError, messageOf } from '../kit/index.ts';
import { createProgram } from './program.ts';
import { createPainter, printError, printLine, type Terminal } from './terminal.ts';

/**
 * Runs one command line and returns its exit code: 0 ok, 1 a stage failed, 2 usage, 3 bad pipeline or params,
 * 4 store or integrity, 70 a bug, 130 interrupted. The only place where errors become text and exit codes.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exit = 0;
  const program = createProgram(terminal, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return report(explainSystemError(error), terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  // Help and version end this way too; commander has printed what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isFermentError(error)) {
    printError(terminal, error);
    return error.exit;
  }
  const paint = createPainter(terminal.stderr, terminal.env);
  printLine(terminal.stderr, `${paint('red', 'internal error:')} ${messageOf(error)}`);
  if (error instanceof Error && error.stack !== undefined) printLine(terminal.stderr, error.stack);
  printLine(terminal.stderr, 'This is a bug in Ferment: please report it with the lines above.');
  return 70;
}
