import { escapeControl, isFermentError } from '../../kit/index.ts';
import { loadProject, repro as runPipeline, type Summary } from '../../runner/index.ts';
import { printHeadline } from '../headline.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { JsonReporter } from '../reporters/json.ts';
import { LiveReporter } from '../reporters/live.ts';
import { createPlainReporter } from '../reporters/plain.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { OutputTails } from '../reporters/tails.ts';
import { printError, printLine, printWarning, type Terminal } from '../terminal.ts';

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
  if (options.json !== true) return await reproFor(createReporter(terminal), targets, { options, terminal });
  const reporter = new JsonReporter(terminal);
  try {
    await reproFor(reporter, targets, { options, terminal });
  } catch (error) {
    if (isFermentError(error)) reporter.fail(error);
    throw error;
  }
}

function createReporter(terminal: Terminal): Reporter {
  const isDumb = terminal.env['TERM'] === 'dumb' || terminal.env['CI'] !== undefined;
  return terminal.stdout.isTTY === true && !isDumb
    ? new LiveReporter(terminal)
    : createPlainReporter(terminal);
}

async function reproFor(
  reporter: Reporter,
  targets: readonly string[],
  { options, terminal }: { readonly options: ReproOptions; readonly terminal: Terminal },
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  for (const text of project.warnings) printWarning(terminal, text);
  const { runCache, params: _params, set: _set, file: _file, json, ...rest } = options;
  const tails = new OutputTails();
  const stop = stopOnSignals(reporter);
  try {
    const summary = await runPipeline(project, {
      ...rest,
      targets,
      useRunCache: runCache,
      signal: stop.signal,
      killSignal: stop.killSignal,
      onEvent: (event) => {
        tails.see(event);
        reporter.onEvent(event);
      },
    });
    reporter.close();
    if (json !== true && summary.ok && !summary.dry) {
      const stages = project.stages.filter(({ name }) => summary.stages.has(name));
      printHeadline(project, stages, terminal);
    }
    if (summary.error === undefined) return;
    printFailures(summary, tails, terminal);
    throw summary.error;
  } finally {
    reporter.close();
    stop.done();
  }
}

/** What each failed stage wrote last, where that is not in sight, and its error; the first error is left to be thrown. */
function printFailures({ stages, error: thrown }: Summary, tails: OutputTails, terminal: Terminal): void {
  const failed = [...stages].flatMap(([stage, { error }]) => (error === undefined ? [] : [{ stage, error }]));
  // The thrown one is printed last.
  const others = failed.filter(({ error }) => error !== thrown);
  for (const { stage, error } of [...others, ...failed.filter((one) => !others.includes(one))]) {
    for (const line of tails.buried(stage))
      printLine(terminal.stderr, `${escapeControl(stage)} | ${escapeControl(line)}`);
    if (error !== thrown) printError(terminal, error);
  }
}

/** The first Ctrl-C, TERM or HUP stops the run in good order; the second ends this process at once. */
function stopOnSignals(reporter: Reporter): {
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
  done(): void;
} {
  const controller = new AbortController();
  const killer = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      killer.abort();
      reporter.close();
      process.exit(130);
    }
    reporter.note(
      'Stopping: running stages are ended and their old outs put back. Once more to leave at once.',
    );
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    killSignal: killer.signal,
    done: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
