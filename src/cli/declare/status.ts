import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { parseCount, withProject, withTargets } from './common.ts';

/** Commands that explain: status, why, logs. */
export function declareStatus(program: Command, context: ActionContext): void {
  withTargets(withProject(program.command('status')))
    .description('Say which stages are stale by their own state, and why.')
    .option('--json', 'print JSON')
    .option('--exit-code', 'exit with 1 when something is stale')
    .action(async (targets: string[], options) => {
      await (await import('../commands/status.ts')).status(targets, options, context);
    });
  withProject(program.command('why'))
    .description('Explain a stage: what changed since it last succeeded, down to keys, files and modules.')
    .argument('[stage]', 'a stage (default: all that are stale, in brief)')
    .option('--json', 'print JSON')
    .action(async (stage: string | undefined, options) => {
      await (await import('../commands/why.ts')).why(stage, options, context);
    });
  withProject(program.command('logs'))
    .description('Print what a stage wrote when it last ran; on stderr, how it ended and what it recorded.')
    .argument('<stage>', 'a stage')
    .option('--attempt <n>', 'another attempt than the last one', parseCount)
    .option('--path', 'print where the log is instead')
    .action(async (stage: string, options) => {
      await (await import('../commands/logs.ts')).logs(stage, options, context);
    });
}
