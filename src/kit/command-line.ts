import type { Command } from 'commander';
import { errnoOf, explainSystemError, isFermentError, messageOf } from './errors.ts';
import { createPainter, printError, printLine, type Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

/** Gives a new program what all of ours have: version, help, and messages that go where the terminal says. */
export function configureProgram(program: Command, terminal: Terminal): Command {
  return program
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ minWidthToWrap: 24 })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError();
}

/** After a mistake in a command's line the reader is sent to the help of that command. */
function pointToHelp(command: Command, line: string): void {
  command.showHelpAfterError(`${line} --help lists what there is.`);
  for (const one of command.commands) pointToHelp(one, `${line} ${one.name()}`);
}

/**
 * Runs one command line and returns its exit code: 0 ok, 1 a stage or the work failed, 2 usage, 3 bad pipeline or
 * params, 4 store or integrity, 70 a bug, 130 interrupted. The only place where errors become text and exit codes.
 */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  create: (terminal: Terminal, setExit: (code: number) => void) => Command,
): Promise<number> {
  let exit = 0;
  const program = create(terminal, (code) => {
    exit = code;
  });
  pointToHelp(program, program.name());
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return report(explainSystemError(error), terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  const exitCode = commanderExit(error);
  // Help and version end this way too; commander has printed what there is to say.
  if (exitCode !== undefined) return exitCode === 0 ? 0 : 2;
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

/** The exit code of commander's own error; undefined for any other. This room imports no package, so it goes by the code. */
function commanderExit(error: unknown): number | undefined {
  const isCommanders = errnoOf(error)?.startsWith('commander.') === true;
  if (!isCommanders || !(error instanceof Error) || !('exitCode' in error)) return undefined;
  return typeof error.exitCode === 'number' ? error.exitCode : undefined;
}

/** Runs this process as a program: its arguments, its streams, its exit code. */
export function runProcess(run: (args: readonly string[], terminal: Terminal) => Promise<number>): void {
  const terminal: Terminal = {
    stdout: process.stdout,
    stderr: process.stderr,
    // Only those who ask open it.
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: currentFolder(),
  };
  let isOutputLost = false;
  process.stdout.on('error', (error: Error) => {
    // Someone closed the pipe (head, less) or the terminal: a run goes on to its end, what is left to say is dropped.
    if (isClosed(error) || isOutputLost) return;
    isOutputLost = true;
    process.exitCode = 4;
    printError(terminal, { message: `Cannot write the output: ${messageOf(error)}.` });
  });
  process.stderr.on('error', () => {});
  void run(process.argv.slice(2), terminal).then((exitCode) => {
    process.exitCode = isOutputLost ? 4 : exitCode;
  });
}

function isClosed(error: Error): boolean {
  return ['EPIPE', 'EIO', 'ECONNRESET'].includes(errnoOf(error) ?? '');
}

/** A removed working folder has no name; whatever is looked for from the root is then not found in good order. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
