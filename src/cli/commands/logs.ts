import { resolve } from 'node:path';
import {
  createPainter,
  escapeControl,
  formatBytes,
  formatDuration,
  printLine,
  renderTable,
  type Terminal,
} from '../../kit/index.ts';
import {
  type FoundLog,
  logs as findLog,
  flatten,
  formatLeaf,
  loadProject,
  type Project,
  type RunRecord,
  readLock,
  readRunRecords,
  STATE_FOLDER,
  type StageRecord,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

/** `ferment logs STAGE`: the whole output of its latest run, and on stderr what is on record of that run. */
export function logs(
  stage: string,
  options: ProjectOptions & { readonly path?: boolean; readonly attempt?: number },
  { terminal, setExit }: ActionContext,
): void {
  const project = loadProject(loadOptions(options, terminal));
  const found = findLog(project, stage, options.attempt);
  if (found === undefined) {
    const hasResult = readLock(project.root, project.lockFile).entries.has(stage);
    const reason = hasResult
      ? 'its result was restored or made elsewhere, or its run is long ago'
      : 'it has not run yet';
    printLine(terminal.stderr, `There is no log of '${stage}': ${reason}.`);
    setExit(1);
    return;
  }
  if (options.path === true) {
    printLine(terminal.stdout, found.path);
    return;
  }
  terminal.stdout.write(found.text);
  printRecord(stage, found, { project, terminal });
}

function printRecord(
  stage: string,
  { runId, attempt }: FoundLog,
  { project, terminal }: { readonly project: Project; readonly terminal: Terminal },
): void {
  const run = recordOf(project, runId);
  const record = run?.stages[stage];
  const paint = createPainter(terminal.stderr, terminal.env);
  if (run === undefined || record === undefined) {
    printLine(terminal.stderr, paint('dim', `Run ${runId} has not ended, or was killed.`));
    return;
  }
  const earlier = record.failedAttempts?.[attempt - 1];
  if (earlier !== undefined) {
    const time = formatDuration(earlier.seconds * 1000);
    printLine(
      terminal.stderr,
      paint('dim', `Attempt ${attempt} failed after ${time}: ${escapeControl(earlier.error.message)}`),
    );
    return;
  }
  const facts = [...flatten(record.records ?? {})].map(([key, value]) => [
    `  ${escapeControl(key)}`,
    formatLeaf(value),
  ]);
  const text = [describeRun(run, record), ...(facts.length === 0 ? [] : [renderTable(facts)])].join('\n');
  printLine(terminal.stderr, paint('dim', text));
}

function recordOf(project: Project, runId: string): RunRecord | undefined {
  for (const record of readRunRecords(resolve(project.root, STATE_FOLDER)))
    if (record.runId === runId) return record;
  return undefined;
}

/** `ran in 4.0 s, peak memory 412.0 MB; run 20261124T123649Z-2567e8, Node v20.20.2 on box`. */
function describeRun(
  { runId, node, host }: RunRecord,
  { outcome, seconds, peakBytes, failedAttempts = [] }: StageRecord,
): string {
  const memory = peakBytes === undefined ? '' : `, peak memory ${formatBytes(peakBytes)}`;
  const attempts = failedAttempts.length === 0 ? '' : `, ${failedAttempts.length + 1} attempts`;
  const time = formatDuration(seconds * 1000);
  return `${outcome} in ${time}${attempts}${memory}; run ${runId}, Node ${node} on ${host}`;
}
