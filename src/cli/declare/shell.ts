import { Argument, type Command } from 'commander';
import type { ActionContext } from '../program.ts';

/** Completion in shells: the script, and the hidden command that it asks. */
export function declareShell(program: Command, context: ActionContext): void {
  program
    .command('completion')
    .description('Print a completion script for a shell; how to load it stands at its top.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      await (await import('../commands/completion.ts')).completion(shell, context);
    });
  program
    .command('__complete [words...]', { hidden: true })
    .description('What may stand in place of the last of some words.')
    .helpOption(false)
    .action(async (words: string[]) => {
      await (await import('../commands/complete.ts')).complete(words, program, context);
    });
}
