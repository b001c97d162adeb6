import { isFermentError, printWarning, type Terminal } from '../../kit/index.ts';
import { loadProject } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { JsonReporter } from '../reporters/json.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { createReporter, runAndShow, STOPPING } from '../run-and-show.ts';
import { stopOnSignals } from '../signals.ts';

interface ReproOptions extends ProjectOptions {
  readonly force?: boolean;
  readonly singleItem?: boolean;
  readonly pipeline?: boolean;
  readonly downstream?: boolean;
  readonly without?: readonly string[];
  readonly dry?: boolean;
  readonly keepGoing?: boolean;
  readonly jobs?: number;
  readonly runCache: boolean;
  readonly json?: boolean;
}

/** `ferment repro`: runs what is stale and says at the end where the results are. Throws the first failure. */
export async function repro(
  targets: readonly string[],
  options: ReproOptions,
  { terminal }: ActionContext,
): Promise<void> {
  if (options.json !== true) return await reproFor(createReporter(terminal), targets, { options, terminal });
  const reporter = new JsonReporter(terminal);
  try {
    await reproFor(reporter, targets, { options, terminal });
  } catch (error) {
    if (isFermentError(error)) reporter.fail(error);
    throw error;
  }
}

async function reproFor(
  reporter: Reporter,
  targets: readonly string[],
  { options, terminal }: { readonly options: ReproOptions; readonly terminal: Terminal },
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  for (const text of project.warnings) printWarning(terminal, text);
  const { runCache, params: _params, set: _set, file: _file, json: _json, ...rest } = options;
  const stop = stopOnSignals(
    () => reporter.note(STOPPING),
    () => reporter.close(),
  );
  try {
    const choices = { ...rest, targets, useRunCache: runCache };
    const summary = await runAndShow(project, choices, { reporter, stop, terminal });
    if (summary.error !== undefined) throw summary.error;
  } finally {
    reporter.close();
    stop.done();
  }
}
