import { type Command, Option } from 'commander';
import type { ActionContext } from '../program.ts';
import { parseCount, withProject, withTables } from './common.ts';

/** Commands that show and compare values and data. */
export function declareValues(program: Command, context: ActionContext): void {
  withProject(program.command('diff'))
    .description(
      'Say which deps and outs differ between two commits, or a commit and the workspace, down to files.',
    )
    .argument('[a]', 'a commit, branch or tag (default: HEAD)')
    .argument('[b]', 'another (default: the workspace)')
    .option('--stages', 'under each stage what it reads and writes')
    .option('--targets <path...>', 'only these stages, paths, and what is in them')
    .option('--all', 'every file, however many')
    .addOption(new Option('--json', 'print JSON').conflicts('md'))
    .option('--md', 'print a GitHub table')
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('../commands/diff.ts')).diff(a, b, options, context);
    });
  const metrics = program.command('metrics').description('Show and compare metrics.').helpCommand(false);
  withProject(metrics.command('show'))
    .description('Print the metrics of the workspace or of a commit.')
    .argument('[revision]', 'a commit, branch or tag')
    .option('--json', 'print JSON')
    .option('--md', 'print a GitHub table')
    .option('--precision <n>', 'digits after the point', parseCount, 5)
    .action(async (revision: string | undefined, options) => {
      await (await import('../commands/metrics.ts')).showMetrics(revision, options, context);
    });
  withTables(withProject(metrics.command('diff')))
    .description('Compare the metrics of two commits, or of a commit and the workspace.')
    .option('--fail-if <condition...>', "exit with 1 when it holds for a change, such as 'accuracy < -0.01'")
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('../commands/metrics.ts')).diffMetrics(a, b, options, context);
    });
  const params = program.command('params').description('Compare params.').helpCommand(false);
  withTables(withProject(params.command('diff')))
    .description('Compare the params of two commits, or of a commit and the workspace.')
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('../commands/params.ts')).diffParams(a, b, options, context);
    });
}
