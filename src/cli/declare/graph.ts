import { type Command, Option } from 'commander';
import type { ActionContext } from '../program.ts';
import { withProject } from './common.ts';

/** Commands that show the graph. */
export function declareGraph(program: Command, context: ActionContext): void {
  withProject(program.command('dag'))
    .description('Draw the graph of stages.')
    .argument('[target...]', 'stages, groups or outs')
    .addOption(new Option('--mermaid', 'as Mermaid').conflicts(['dot', 'json']))
    .addOption(new Option('--dot', 'as Graphviz').conflicts(['mermaid', 'json']))
    .addOption(new Option('--json', 'as JSON').conflicts(['mermaid', 'dot']))
    .option('--expand', 'each stage of a group as a box of its own')
    .option('--all-edges', 'also edges that a longer way implies')
    .action(async (targets: string[], options) => {
      await (await import('../commands/dag.ts')).dag(targets, options, context);
    });
  withProject(program.command('list'))
    .description('List the stages with what they are for.')
    .argument('[target...]', 'stages, groups or outs')
    .option('--json', 'print JSON')
    .action(async (targets: string[], options) => {
      await (await import('../commands/list.ts')).list(targets, options, context);
    });
}
