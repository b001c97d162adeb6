import { type Command, Option } from 'commander';
import type { ActionContext } from '../program.ts';
import { collect, parseDigits, withProject, withTables } from './common.ts';

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
  declareMetrics(program, context);
  const params = program.command('params').description('Compare params.').helpCommand(false);
  withTables(withProject(params.command('diff')))
    .description('Compare the params of two commits, or of a commit and the workspace.')
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('../commands/params.ts')).diffParams(a, b, options, context);
    });
  const plots = program
    .command('plots')
    .description('Draw the plots of the pipeline as one page.')
    .helpCommand(false);
  withPlots(withProject(plots.command('show')))
    .description('Draw the plots of the workspace as one page that needs no network, and print where it is.')
    .argument('[target...]', 'plots, files or folders')
    .action(async (targets: string[], options) => {
      await (await import('../commands/plots.ts')).showPlots(targets, options, context);
    });
  withPlots(withProject(plots.command('diff')))
    .description('Draw the plots of several commits into each other.')
    .argument('[revision...]', 'commits, branches, tags (default: HEAD); of one alone, it and the workspace')
    .option('--targets <path...>', 'only these plots, files or folders')
    .action(async (revisions: string[], options) => {
      await (await import('../commands/plots.ts')).diffPlots(revisions, options, context);
    });
}

function declareMetrics(program: Command, context: ActionContext): void {
  const metrics = program.command('metrics').description('Show and compare metrics.').helpCommand(false);
  withProject(metrics.command('show'))
    .description('Print the metrics of the workspace or of commits; of several with a row for each.')
    .argument('[revision...]', 'commits, branches or tags (default: the workspace)')
    .option('-a, --all-branches', 'of all branches (and the workspace)')
    .option('-T, --all-tags', 'of all tags')
    .option('--all-commits', 'of all commits that branches and tags reach')
    .option('--json', 'print JSON')
    .option('--md', 'print a GitHub table')
    .option('--targets <file...>', 'only these files')
    .option('--no-path', 'without the column of files')
    .option('--precision <n>', 'digits after the point', parseDigits, 5)
    .action(async (revisions: string[], options) => {
      await (await import('../commands/metrics.ts')).showMetrics(revisions, options, context);
    });
  withTables(withProject(metrics.command('diff')))
    .description('Compare the metrics of two commits, or of a commit and the workspace.')
    .option(
      '--fail-if <condition...>',
      "exit with 1 when it holds for a change, such as 'accuracy < -0.01', or its metric is lost",
    )
    .action(async (a: string | undefined, b: string | undefined, options) => {
      await (await import('../commands/metrics-diff.ts')).diffMetrics(a, b, options, context);
    });
}

function withPlots(command: Command): Command {
  return command
    .option('-o, --out <file>', 'where the page goes (default: ferment_plots/index.html)')
    .option('--open', 'open it in the browser')
    .option('--json', 'print the points as JSON instead')
    .option('-t, --template <name>', 'draw as linear, simple, smooth, scatter, confusion, bar_horizontal, …')
    .option('-x <column>', 'another column for x')
    .option('-y <column>', 'another column for y (repeatable)', collect)
    .option('--title <text>', 'another title')
    .option('--x-label <text>', 'another name for the x axis')
    .option('--y-label <text>', 'another name for the y axis')
    .option('--no-header', 'the first line of a CSV or TSV is data');
}
