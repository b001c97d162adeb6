import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { withProject } from './common.ts';

/** Commands that move outs between workspace and store. */
export function declareFiles(program: Command, context: ActionContext): void {
  withProject(program.command('checkout'))
    .description('Put back the outs that pipeline.lock names, from the store.')
    .argument('[target...]', 'stages, groups or outs')
    .option('-f, --force', 'overwrite outs that were edited by hand')
    .action(async (targets: string[], options) => {
      await (await import('../commands/checkout.ts')).checkout(targets, options, context);
    });
  withProject(program.command('commit'))
    .description("Take the workspace as it is for the result of stages: 'my edit did not matter'.")
    .argument('[target...]', 'stages, groups or outs (default: all that are stale)')
    .option('-f, --force', 'do not ask')
    .option('--json', 'print JSON')
    .action(async (targets: string[], options) => {
      await (await import('../commands/commit.ts')).commit(targets, options, context);
    });
}
