import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { parseCount, withProject } from './common.ts';

/** Commands that move outs between workspace and store. */
export function declareFiles(program: Command, context: ActionContext): void {
  withProject(program.command('checkout'))
    .description(
      'Put back the outs that pipeline.lock names, from the store; take away those of other commits.',
    )
    .argument('[target...]', 'stages, groups or outs')
    .option('-f, --force', 'overwrite outs that were edited by hand')
    .option('--json', 'print JSON')
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
  withProject(program.command('gc'))
    .description(
      'Delete from the store what no lock file, here or in git, and none of the last runs can reach.',
    )
    .option('--keep-runs <n>', 'the last runs whose results stay (default: 20)', parseCount)
    .option('--all-commits', 'keep what any commit has, not only those that branches, tags and stashes name')
    .option('--no-reflog', 'do not keep what only the reflog names')
    .option('--quarantine', 'delete damaged objects that were put aside, too')
    .option('--dry', 'say what would be deleted; delete nothing')
    .option('-f, --force', 'do not ask')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await import('../commands/gc.ts')).gc(options, context);
    });
  withProject(program.command('fsck'))
    .description(
      'Check the store: every byte of every object, every result, what the lock needs; mend what can be.',
    )
    .option('--quick', 'compare sizes only; read no object')
    .option('--dry', 'only tell; move and mend nothing')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await import('../commands/fsck.ts')).fsck(options, context);
    });
}
