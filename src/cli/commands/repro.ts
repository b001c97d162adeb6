import { loadProject, repro as runPipeline } from '../../runner/index.ts';
import { printHeadline } from '../headline.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { createJsonReporter } from '../reporters/json.ts';
import { LiveReporter } from '../reporters/live.ts';
import { createPlainReporter } from '../reporters/plain.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { printLine, printWarning, type Terminal } from '../terminal.ts';

interface ReproOptions extends ProjectOptions {
  readonly force?: boolean;
  readonly singleItem?: boolean;
  readonly pipeline?: boolean;
  readonly downstream?: boolean;
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
  const project = loadProject(loadOptions(options, terminal));
  for (const text of project.warnings) printWarning(terminal, text);
  const stop = stopOnSignals(terminal);
  const reporter = createReporter(options, terminal);
  try {
    const { runCache, params: _params, set: _set, file: _file, json: _json, ...rest } = options;
    const summary = await runPipeline(project, {
      ...rest,
      targets,
      useRunCache: runCache,
      signal: stop.signal,
      onEvent: (event) => reporter.onEvent(event),
    });
    reporter.close();
    if (options.json !== true && summary.ok && !summary.dry) printHeadline(project, terminal);
    if (summary.error !== undefined) throw summary.error;
  } finally {
    reporter.close();
    stop.done();
  }
}

function createReporter(options: ReproOptions, terminal: Terminal): Reporter {
  if (options.json === true) return createJsonReporter(terminal);
  const isDumb = terminal.env['TERM'] === 'dumb' || terminal.env['CI'] !== undefined;
  return terminal.stdout.isTTY === true && !isDumb
    ? new LiveReporter(terminal)
    : createPlainReporter(terminal);
}

/** The first Ctrl-C or TERM stops the run in good order; the second ends this process at once. */
function stopOnSignals(terminal: Terminal): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    printLine(
      terminal.stderr,
      'Stopping: running stages are ended and their old outs put back. Once more to leave at once.',
    );
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    done: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
