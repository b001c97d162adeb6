import { createInterface } from 'node:readline';
import { FermentError, type Terminal } from '../kit/index.ts';

/**
 * Asks a person a question whose answer is no unless they say yes. Where nobody can answer, throws USAGE that says
 * that `command` asks and needs --force; INTERRUPTED after Ctrl-C.
 */
export async function confirm(command: string, question: string, terminal: Terminal): Promise<boolean> {
  const { stdin, stderr } = terminal;
  if (stdin?.isTTY !== true || stderr.isTTY !== true) {
    throw new FermentError('USAGE', `ferment ${command} asks before it goes on, and this is no terminal.`, {
      hint: 'What it would do is printed above; to do that without being asked, add --force to the command as you gave it.',
    });
  }
  const lines = createInterface({ input: stdin, output: process.stderr, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('SIGINT', () => {
        stderr.write('\n');
        reject(new FermentError('INTERRUPTED', 'Stopped; nothing was changed.'));
      });
      // The end of the input is no answer.
      lines.once('close', () => resolve(false));
      lines.question(`${question} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
    });
  } finally {
    lines.close();
  }
}
