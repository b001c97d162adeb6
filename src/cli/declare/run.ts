import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { parseCount, withProject, withSelection } from './common.ts';

/** The commands that run stages. */
export function declareRun(program: Command, context: ActionContext): void {
  withSelection(withProject(program.command('repro')))
    .description('Run what is stale: whole pipeline, or the named stages and what they need.')
    .option('-f, --force', 'run even what is fresh')
    .option('--dry', 'say what would run and why; run nothing')
    .option('-k, --keep-going', 'after a failure go on with what does not depend on it')
    .option('-j, --jobs <n>', 'stages at the same time (default: one per processor)', parseCount)
    .option('--no-run-cache', 'do not restore earlier results')
    .option('--json', "one JSON object a line on stdout; the stages' own output goes to stderr")
    .action(async (targets: string[], options) => {
      await (await import('../commands/repro.ts')).repro(targets, options, context);
    });
  withSelection(withProject(program.command('watch')))
    .description('Run what is stale, and again whenever something changes that it reads, until Ctrl-C.')
    .option('-k, --keep-going', 'after a failure go on with what does not depend on it')
    .option('-j, --jobs <n>', 'stages at the same time (default: one per processor)', parseCount)
    .option('--no-run-cache', 'do not restore earlier results')
    .option('--json', "one JSON object a line on stdout; the stages' own output goes to stderr")
    .action(async (targets: string[], options) => {
      await (await import('../commands/watch.ts')).watch(targets, options, context);
    });
}
