import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';

/** The command that makes an installed package ready to compute. */
export function declareSetup(program: Command, context: ActionContext): void {
  program
    .command('setup')
    .description(
      'Bring the TensorFlow library and compile what runs it: once after npm has installed Ferment in a project.',
    )
    .action(async () => {
      await (await import('../commands/setup.ts')).setUpPackage(context);
    });
}
