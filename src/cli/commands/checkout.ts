import { plural } from '../../kit/index.ts';
import { loadProject, checkout as restoreOuts } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { printLine, printWarning } from '../terminal.ts';

/** `ferment checkout`: puts back the outs that pipeline.lock names. Exits with 4 when the store lacks some. */
export async function checkout(
  targets: readonly string[],
  options: ProjectOptions & { readonly force?: boolean },
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  const result = await restoreOuts(project, {
    targets,
    force: options.force === true,
    warn: (text) => printWarning(terminal, text),
  });
  for (const { change, path } of result.changed) printLine(terminal.stdout, `${change}\t${path}`);
  if (result.changed.length === 0) printLine(terminal.stdout, 'Nothing to put back.');
  if (result.neverRun.length > 0) {
    printLine(
      terminal.stderr,
      `${plural(result.neverRun.length, 'stage')} never ran and stayed as they are.`,
    );
  }
  if (result.missing.length === 0) return;
  printLine(
    terminal.stderr,
    `Not in the store: ${result.missing.join(', ')}. Make them again with: ferment repro`,
  );
  setExit(4);
}
