import {
  createPainter,
  escapeControl,
  indent,
  prettyJson,
  printLine,
  printWarning,
  renderTable,
} from '../../kit/index.ts';
import { why as explain, loadProject, type Project, status as readStatus } from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { columnsOf } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { renderAnswer } from '../render/why-answer.ts';
import type { View } from '../render/why-details.ts';
import { describeReasons } from '../reporters/describe.ts';

/** `ferment why [STAGE]`: every change since its last success, old and new, and what repro would do about it. */
export async function why(
  stage: string | undefined,
  options: ProjectOptions & { readonly json?: boolean },
  context: ActionContext,
): Promise<void> {
  const { terminal } = context;
  if (stage === undefined) {
    await (await import('./status.ts')).status([], options, context);
    return;
  }
  const project = loadProject(loadOptions(options, terminal));
  const answer = await explain(project, stage, (text) => printWarning(terminal, text));
  if (options.json === true) {
    terminal.stdout.write(prettyJson(answer));
    return;
  }
  const columns = columnsOf(terminal);
  const view: View = { paint: createPainter(terminal.stdout, terminal.env), columns };
  printLine(terminal.stdout, renderAnswer(answer, view));
  const upstream = await staleUpstream(project, stage);
  if (upstream.length === 0) return;
  const isFresh = answer.changes.length === 0;
  printLine(terminal.stdout, `  What it needs is stale${isFresh ? ', so it may follow' : ', too'}:`);
  printLine(
    terminal.stdout,
    indent(renderTable(upstream, { columns: columns === undefined ? columns : columns - 4 }), 4),
  );
}

/** The stages before this one that are stale by themselves, with the reasons. */
async function staleUpstream(project: Project, stage: string): Promise<string[][]> {
  const { stale } = await readStatus(project, { targets: [stage] });
  return [...stale].flatMap(([name, changes]) =>
    name === stage ? [] : [[escapeControl(name), describeReasons(changes)]],
  );
}
