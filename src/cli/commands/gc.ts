import {
  createPainter,
  cutMiddle,
  escapeControl,
  formatBytes,
  formatCount,
  plural,
  prettyJson,
  printLine,
  printWarning,
  renderTable,
  type Sink,
  type Terminal,
} from '../../kit/index.ts';
import {
  gc as collect,
  type GcPlan,
  type GcResult,
  loadProject,
  SPARE_KINDS,
  type SpareResult,
} from '../../runner/index.ts';
import { confirm } from '../confirm.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';

interface GcOptions extends ProjectOptions {
  readonly keepRuns?: number;
  readonly allCommits?: boolean;
  readonly reflog: boolean;
  readonly quarantine?: boolean;
  readonly dry?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `ferment gc`: says what nothing can reach any more, asks, and deletes it. */
export async function gc(options: GcOptions, { terminal }: ActionContext): Promise<void> {
  const { keepRuns, allCommits = false, reflog, quarantine = false, dry = false } = options;
  const project = loadProject(loadOptions(options, terminal));
  // With --json stdout belongs to the one object at the end.
  const said = options.json === true ? terminal.stderr : terminal.stdout;
  const result = await collect(project, {
    ...(keepRuns === undefined ? {} : { keepRuns }),
    allCommits,
    reflog,
    quarantine,
    dry,
    warn: (text) => printWarning(terminal, text),
    confirm: async (plan) => {
      if (options.force === true) {
        if (options.json !== true) printPlan(plan, said, terminal);
        return true;
      }
      printPlan(plan, said, terminal);
      return await confirm('gc', `Delete ${formatBytes(bytesOf(plan))}?`, terminal);
    },
  });
  if (options.json === true) {
    terminal.stdout.write(prettyJson(asJson(result, dry)));
    return;
  }
  if (dry || isEmpty(result.plan)) printPlan(result.plan, said, terminal);
  printEnd(result, dry, terminal);
}

function isEmpty({ objects, results, files }: GcPlan): boolean {
  return objects.length + results.length + files.length === 0;
}

function bytesOf({ objects, files }: GcPlan): number {
  return [...objects, ...files].reduce((sum, { size }) => sum + size, 0);
}

function printPlan(plan: GcPlan, sink: Sink, terminal: Terminal): void {
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

function printEnd(result: GcResult, dry: boolean, terminal: Terminal): void {
  const { stdout } = terminal;
  const { plan, deleted, putBack, confirmed } = result;
  if (isEmpty(plan)) printLine(stdout, 'Nothing to delete.');
  else if (dry) printLine(stdout, `${formatBytes(bytesOf(plan))} would be deleted. Nothing was.`);
  else if (!confirmed) printLine(stdout, 'Nothing was deleted.');
  else {
    const counts = [
      [deleted.objects, 'object'],
      [deleted.results, 'result'],
      [deleted.files, 'other file'],
    ] as const;
    const parts = counts.filter(([n]) => n > 0).map(([n, word]) => plural(n, word));
    printLine(stdout, `Deleted ${parts.join(', ') || 'nothing'}: ${formatBytes(deleted.bytes)}.`);
  }
  if (putBack > 0) printLine(stdout, `${formatCount(putBack)} came to be needed meanwhile and stay.`);
}

function asJson({ plan, deleted, putBack, confirmed }: GcResult, dry: boolean): unknown {
  return {
    dry,
    confirmed,
    deleted,
    putBack,
    plan: {
      objects: plan.objects.map(({ digest, size }) => ({ digest, size })),
      results: plan.results.map(({ path: _, ...result }) => result),
      nameless: plan.nameless,
      files: plan.files,
      kept: plan.kept,
      reach: { ...plan.reach, commits: plan.reach.commits ?? null },
    },
  };
}
