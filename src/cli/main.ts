import { errnoOf, messageOf } from '../kit/index.ts';
import { printError, type Terminal } from './terminal.ts';

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

void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = isOutputLost ? 4 : exitCode;
});

async function run(args: readonly string[]): Promise<number> {
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
