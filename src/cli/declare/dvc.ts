import type { Command } from 'commander';
import type { ActionContext } from '../program.ts';
import { withProject } from './common.ts';

/** The command for those who come from DVC. */
export function declareDvc(program: Command, context: ActionContext): void {
  withProject(program.command('import-dvc'))
    .description("Take over what DVC knows: dvc.lock, its cache, earlier runs. Nothing of DVC's is changed.")
    .option('--dry', 'say what would be imported; import nothing')
    .option('--all-commits', 'also earlier runs that dvc.lock had in any commit')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await import('../commands/import-dvc.ts')).importDvc(options, context);
    });
}
