import {
  createPainter,
  escapeControl,
  plural,
  prettyJson,
  printLine,
  printWarning,
  type Sink,
  type Terminal,
} from '../../kit/index.ts';
import {
  type Acceptance,
  commit as acceptStages,
  type CommitResult,
  loadProject,
  type Refusal,
} from '../../runner/index.ts';
import { confirm } from '../confirm.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { describeChange } from '../reporters/describe.ts';

interface CommitOptions extends ProjectOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `ferment commit`: takes the workspace as the result of stages. Exits with 1 when a stage was refused. */
export async function commit(
  targets: readonly string[],
  options: CommitOptions,
  { terminal, setExit }: ActionContext,
): Promise<void> {
  const project = loadProject(loadOptions(options, terminal));
  // With --json stdout belongs to the one object at the end.
  const said = options.json === true ? terminal.stderr : terminal.stdout;
  const result = await acceptStages(project, {
    targets,
    warn: (text) => printWarning(terminal, text),
    confirm: async (acceptances, refusals) => {
      if (options.json !== true || options.force !== true) printPlan(acceptances, refusals, said, terminal);
      if (options.force === true) return true;
      const { length } = acceptances;
      const these = length === 1 ? 'this stage as it is' : `these ${length} stages as they are`;
      return await confirm('commit', `Accept ${these}?`, terminal);
    },
  });
  if (result.refused.length > 0 && result.confirmed) setExit(1);
  if (options.json === true) terminal.stdout.write(prettyJson(asJson(result)));
  else printResult(result, terminal);
}

function printPlan(
  acceptances: readonly Acceptance[],
  refusals: readonly Refusal[],
  sink: Sink,
  terminal: Terminal,
): void {
  const paint = createPainter(sink, terminal.env);
  for (const { stage, changes, runsAlways } of acceptances) {
    printLine(sink, paint('cyan', escapeControl(stage)));
    for (const change of changes) printLine(sink, `  ${describeChange(change)}`);
    if (runsAlways) printLine(sink, '  It runs every time all the same.');
  }
  if (refusals.length > 0) printRefusals(refusals, sink, terminal);
}

function printRefusals(refusals: readonly Refusal[], sink: Sink, terminal: Terminal): void {
  const paint = createPainter(sink, terminal.env);
  for (const { stage, reasons } of refusals) {
    printLine(sink, `${paint('cyan', escapeControl(stage))} ${paint('red', 'cannot be accepted')}`);
    for (const reason of reasons) printLine(sink, `  ${escapeControl(reason)}`);
  }
}

function printResult({ accepted, refused, confirmed }: CommitResult, terminal: Terminal): void {
  const { stdout, stderr } = terminal;
  if (!confirmed) printLine(stdout, 'Nothing was accepted.');
  else if (accepted.length > 0) printLine(stdout, `Accepted ${plural(accepted.length, 'stage')}.`);
  else if (refused.length === 0) printLine(stdout, 'Nothing to accept: everything is up to date.');
  else printRefusals(refused, stderr, terminal);
  if (!confirmed || refused.length === 0) return;
  const names = refused.map(({ stage }) => escapeControl(stage)).join(', ');
  printLine(stderr, `Not accepted: ${names}. What repro would do: ferment repro --dry`);
}

function asJson({ accepted, refused, confirmed }: CommitResult): unknown {
  return {
    accepted: Object.fromEntries(accepted.map(({ stage, changes }) => [stage, changes])),
    refused: Object.fromEntries(refused.map(({ stage, reasons }) => [stage, reasons])),
    confirmed,
  };
}
