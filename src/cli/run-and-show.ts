import { escapeControl, printError, printLine, type Terminal } from '../kit/index.ts';
import { type Project, type ReproOptions, repro, type Summary } from '../runner/index.ts';
import { printHeadline } from './headline.ts';
import { JsonReporter } from './reporters/json.ts';
import { LiveReporter } from './reporters/live.ts';
import { createPlainReporter } from './reporters/plain.ts';
import type { Reporter } from './reporters/reporter.ts';
import { OutputTails } from './reporters/tails.ts';
import type { Stop } from './signals.ts';

/** What commands that run stages say about one run. */
export type RunChoices = Omit<ReproOptions, 'signal' | 'killSignal' | 'onEvent'>;

/** What the user is told when the first Ctrl-C arrives during a run. */
export const STOPPING =
  'Stopping: running stages are ended and their old outs put back. Once more to leave at once.';

/** One line for each event on a pipe, a live view on a terminal. */
export function createReporter(terminal: Terminal): Reporter {
  const isDumb = terminal.env['TERM'] === 'dumb' || terminal.env['CI'] !== undefined;
  return terminal.stdout.isTTY === true && !isDumb
    ? new LiveReporter(terminal)
    : createPlainReporter(terminal);
}

/**
 * Runs what is stale and shows it: as it goes, and at the end the headline, or of each failed stage what it wrote last.
 * The first failure itself is left to be told; it is in the summary.
 */
export async function runAndShow(
  project: Project,
  choices: RunChoices,
  {
    reporter,
    stop,
    terminal,
  }: { readonly reporter: Reporter; readonly stop: Stop; readonly terminal: Terminal },
): Promise<Summary> {
  const tails = new OutputTails();
  const summary = await repro(project, {
    ...choices,
    signal: stop.signal,
    killSignal: stop.killSignal,
    onEvent: (event) => {
      tails.see(event);
      reporter.onEvent(event);
    },
  });
  reporter.close();
  if (!(reporter instanceof JsonReporter) && summary.ok && !summary.dry) {
    const stages = project.stages.filter(({ name }) => summary.stages.has(name));
    printHeadline(project, stages, terminal);
  }
  if (summary.error !== undefined) printFailures(summary, tails, terminal);
  return summary;
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
