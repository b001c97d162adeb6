import { escapeControl, plural, prettyJson, printLine, printWarning } from '../../kit/index.ts';
import { loadProject, checkout as restoreOuts } from '../../runner/index.ts';
import { commandLike, loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface CheckoutOptions extends ProjectOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `ferment checkout`: puts back the outs that pipeline.lock names. Exits with 4 when the store lacks some. */
export async function checkout(
  targets: readonly string[],
  options: CheckoutOptions,
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  const result = await restoreOuts(project, {
    targets,
    force: options.force === true,
    warn: (text) => printWarning(terminal, text),
  });
  const { changed, neverRun, missing, left } = result;
  if (missing.length > 0) setExit(4);
  if (options.json === true) {
    terminal.stdout.write(prettyJson(result));
    return;
  }
  for (const { change, path } of changed) printLine(terminal.stdout, `${change}\t${escapeControl(path)}`);
  if (changed.length + missing.length + left.length === 0) printLine(terminal.stdout, 'Nothing to put back.');
  if (neverRun.length > 0) {
    const stays =
      neverRun.length === 1
        ? 'has no result yet and stays as it is'
        : 'have no result yet and stay as they are';
    printLine(terminal.stderr, `${plural(neverRun.length, 'stage')} ${stays}.`);
  }
  if (left.length > 0)
    printLine(
      terminal.stderr,
      `Left to git (cache: false), though not as in pipeline.lock: ${left.map(escapeControl).join(', ')}. ` +
        `To have what the stage wrote, remove it and give: ${commandLike(options, 'checkout')}`,
    );
  if (missing.length === 0) return;
  const names = missing.map(escapeControl).join(', ');
  printLine(
    terminal.stderr,
    `Not in the store: ${names}. Make them again with: ${commandLike(options, 'repro')}`,
  );
}
