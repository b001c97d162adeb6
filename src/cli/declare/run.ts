import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { collect, parseCount, withProject } from './common.ts';

/** The commands that run stages. */
export function declareRun(program: Command, context: ActionContext): void {
  withProject(program.command('repro'))
    .description('Run what is stale: whole pipeline, or the named stages and what they need.')
    .argument('[target...]', 'stages, groups or outs')
    .option('-f, --force', 'run even what is fresh')
    .option('-s, --single-item', 'only the named stages, not what they need')
    .option('-p, --pipeline', 'the whole pipelines that the named stages belong to')
    .option('--downstream', 'the named stages and everything that depends on them')
    .option(
      '--without <target>',
      'as if these stages, and those that cannot do without them, were not declared (repeatable)',
      collect,
    )
    .option('--dry', 'say what would run and why; run nothing')
    .option('-k, --keep-going', 'after a failure go on with what does not depend on it')
    .option('-j, --jobs <n>', 'stages at the same time (default: one per processor)', parseCount)
    .option('--no-run-cache', 'do not restore earlier results')
    .option('--json', "one JSON object a line on stdout; the stages' own output goes to stderr")
    .action(async (targets: string[], options) => {
      await (await import('../commands/repro.ts')).repro(targets, options, context);
    });
  withProject(program.command('watch'))
    .description('Run what is stale, and again whenever something changes that it reads, until Ctrl-C.')
    .argument('[target...]', 'stages, groups or outs')
    .option('-s, --single-item', 'only the named stages, not what they need')
    .option('-p, --pipeline', 'the whole pipelines that the named stages belong to')
    .option('--downstream', 'the named stages and everything that depends on them')
    .option('-k, --keep-going', 'after a failure go on with what does not depend on it')
    .option('-j, --jobs <n>', 'stages at the same time (default: one per processor)', parseCount)
    .option('--no-run-cache', 'do not restore earlier results')
    .option('--json', "one JSON object a line on stdout; the stages' own output goes to stderr")
    .action(async (targets: string[], options) => {
      await (await import('../commands/watch.ts')).watch(targets, options, context);
    });
}
