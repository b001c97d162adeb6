import { errnoOf, messageOf } from '../kit/index.ts';
import { printError, printLine, type Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

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

const exitCode = await run(process.argv.slice(2));
process.exitCode = isOutputLost ? 4 : exitCode;

async function run(args: readonly string[]): Promise<number> {
  // Tools ask for the version often: that needs no command line to be parsed.
  if (args.length === 1 && args[0] === '--version') {
    printLine(terminal.stdout, VERSION);
    return 0;
  }
  return (await import('./run-cli.ts')).runCli(args, terminal);
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
