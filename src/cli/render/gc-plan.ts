import {
  createPainter,
  cutMiddle,
  escapeControl,
  formatBytes,
  formatCount,
  plural,
  printLine,
  renderTable,
  type Sink,
  type Terminal,
} from '../../kit/index.ts';
import { type GcPlan, SPARE_KINDS, type SpareResult } from '../../runner/index.ts';

/** True for a plan that deletes nothing. */
export function isEmpty({ objects, results, files }: GcPlan): boolean {
  return objects.length + results.length + files.length === 0;
}

/** What the plan sets free. */
export function bytesOf({ objects, files }: GcPlan): number {
  return [...objects, ...files].reduce((sum, { size }) => sum + size, 0);
}

/** What stays and why, and a table of what goes. */
export function printPlan(plan: GcPlan, sink: Sink, terminal: Terminal): void {
  printLine(sink, describeKept(plan));
  if (isEmpty(plan)) return;
  printLine(sink, '');
  const paint = createPainter(sink, terminal.env);
  const all = planRows(plan, sink.columns);
  // Without results there is nothing to say of when and where.
  const shown =
    plan.results.length > 0
      ? all
      : all.map(([what = '', , objects = '', size = '']) => [what, objects, size]);
  const [head = '', ...rows] = renderTable(shown, { right: [1, 2, 3] }).split('\n');
  printLine(sink, [paint('bold', head), ...rows].join('\n'));
  printLine(sink, '');
}

function describeKept({ reach, kept }: GcPlan): string {
  const { lockFiles, commits, gitLocks, runs } = reach;
  const sources = [
    lockFiles.length === 0 ? 'no lock file here' : lockFiles.map(escapeControl).join(', '),
    commits === undefined
      ? 'no git repository'
      : `${plural(gitLocks, 'lock file')} in ${plural(commits, 'commit')} of git`,
    runs.length === 0 ? 'no run' : `the last ${plural(runs.length, 'run')}`,
  ];
  const objects = plural(kept.objects, 'object');
  return `Kept: ${objects} and ${plural(kept.results, 'result')} that can be reached (${sources.join(', ')}).`;
}

/** One row for each stage with results that go, then what belongs to none, then files about runs. */
function planRows(plan: GcPlan, columns: number | undefined): string[][] {
  const rows = [['To delete', 'results', 'objects', 'size', 'last', 'paths']];
  const byStage = new Map<string, SpareResult[]>();
  for (const result of plan.results) {
    const stage = result.stage === undefined ? '(damaged entries)' : escapeControl(result.stage);
    byStage.set(stage, [...(byStage.get(stage) ?? []), result]);
  }
  for (const [stage, results] of byStage) {
    const paths = new Set(results.flatMap(({ outs }) => outs.map(({ path }) => escapeControl(path))));
    const sum = (pick: (result: SpareResult) => number): number =>
      results.reduce((total, result) => total + pick(result), 0);
    rows.push([
      stage,
      formatCount(results.length),
      formatCount(sum(({ objects }) => objects)),
      formatBytes(sum(({ bytes }) => bytes)),
      results[0]?.written.slice(0, 16).replace('T', ' ') ?? '',
      cutMiddle([...paths].join(', '), Math.max(20, (columns ?? 120) - 70)),
    ]);
  }
  const { nameless } = plan;
  if (nameless.objects > 0)
    rows.push(['(of no result)', '', formatCount(nameless.objects), formatBytes(nameless.bytes), '', '']);
  for (const kind of SPARE_KINDS) {
    const files = plan.files.filter((file) => file.kind === kind);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (files.length > 0) rows.push([plural(files.length, kind), '', '', formatBytes(bytes), '', '']);
  }
  return rows;
}
