import { logs as findLog, loadProject } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { printLine } from '../terminal.ts';

/** `ferment logs STAGE`: the whole output of its latest run, and what it recorded (seconds, device). */
export function logs(
  stage: string,
  options: ProjectOptions & { readonly path?: boolean },
  { terminal, setExit }: ActionContext,
): void {
  const project = loadProject(loadOptions(options, terminal));
  const found = findLog(project, stage);
  if (found === undefined) {
    printLine(terminal.stderr, `No log of '${stage}' is kept: it did not run in the last runs.`);
    setExit(1);
    return;
  }
  if (options.path === true) printLine(terminal.stdout, found.path);
  else terminal.stdout.write(found.text);
}
