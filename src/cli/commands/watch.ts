import {
  createPainter,
  type FermentError,
  printError,
  printLine,
  printWarning,
  type Terminal,
} from '../../kit/index.ts';
import { type WatchEvent, watch as watchPipeline } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeInputChanges } from '../reporters/describe.ts';
import { JsonReporter } from '../reporters/json.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { createReporter, runAndShow, STOPPING } from '../run-and-show.ts';
import { stopOnSignals } from '../signals.ts';

interface WatchOptions extends ProjectOptions {
  readonly singleItem?: boolean;
  readonly pipeline?: boolean;
  readonly downstream?: boolean;
  readonly without?: readonly string[];
  readonly keepGoing?: boolean;
  readonly jobs?: number;
  readonly runCache: boolean;
  readonly json?: boolean;
}

/**
 * `ferment watch`: runs what is stale, and again whenever something changes that it reads, until Ctrl-C. Throws
 * INTERRUPTED when that came in the middle of a run.
 */
export async function watch(
  targets: readonly string[],
  options: WatchOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const { runCache, params: _params, set: _set, file: _file, json, ...rest } = options;
  const tell = json === true ? tellAsJson(terminal) : createTeller(terminal);
  let running: Reporter | undefined;
  let interrupted: FermentError | undefined;
  const stop = stopOnSignals(
    () => running?.note(STOPPING),
    () => running?.close(),
  );
  try {
    await watchPipeline({
      ...rest,
      targets,
      load: loadOptions(options, terminal),
      signal: stop.signal,
      onEvent: tell,
      run: async (project) => {
        const reporter = json === true ? new JsonReporter(terminal) : createReporter(terminal);
        running = reporter;
        try {
          for (const text of project.warnings) printWarning(terminal, text);
          const choices = { ...rest, targets, useRunCache: runCache };
          const summary = await runAndShow(project, choices, { reporter, stop, terminal });
          if (stop.signal.aborted) interrupted = summary.error;
          else if (summary.error !== undefined) printError(terminal, summary.error);
          return summary;
        } finally {
          running = undefined;
          reporter.close();
        }
      },
    });
  } finally {
    stop.done();
  }
  if (interrupted !== undefined) throw interrupted;
}

function createTeller(terminal: Terminal): (event: WatchEvent) => void {
  const paint = createPainter(terminal.stdout, terminal.env);
  return (event) => {
    switch (event.type) {
      case 'watch-change':
        printLine(terminal.stdout, '');
        printLine(terminal.stdout, paint('bold', describeInputChanges(event.changes)));
        return;
      case 'watch-waiting':
        printLine(terminal.stdout, paint('dim', 'Waiting for changes; Ctrl-C ends.'));
        return;
      case 'watch-broken':
        printError(terminal, event.error);
        return;
      case 'watch-warning':
        printWarning(terminal, event.text);
    }
  };
}

function tellAsJson(terminal: Terminal): (event: WatchEvent) => void {
  return (event) => {
    const { type, ...rest } = event;
    const plain =
      event.type === 'watch-broken'
        ? { code: event.error.code, message: event.error.message, hint: event.error.hint }
        : rest;
    printLine(terminal.stdout, JSON.stringify({ event: type, ...plain }));
  };
}
