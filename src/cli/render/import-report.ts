import { escapeControl, formatBytes, formatCount, type Paint, plural, widthOf } from '../../kit/index.ts';
import type { DataReport, ImportReport, StageReport } from '../../runner/index.ts';
import { describeReasons } from '../reporters/describe.ts';

/** What was done, what was not and why, and what to do next. */
export function describeImport(report: ImportReport, paint: Paint): string {
  const lines = [paint('bold', headOf(report))];
  const known = namesOf(report, 'known').length;
  if (known > 0) lines.push(`${plural(known, 'stage')} had been imported, or run, before.`);
  const runs = describeRuns(report);
  if (runs !== undefined) lines.push(runs);
  for (const { title, rows } of sectionsOf(report)) {
    if (rows.length > 0) lines.push('', paint('cyan', title), ...listOf(rows));
  }
  return [...lines, '', ...nextSteps(report)].join('\n');
}

function headOf({ dry, stages, objects, bytes }: ImportReport): string {
  const count = [...stages.values()].filter(({ outcome }) => outcome === 'imported').length;
  const verb = dry ? 'Would import' : 'Imported';
  const objectsText =
    objects === 0 ? 'no new objects' : `${plural(objects, 'new object')} (${formatBytes(bytes)})`;
  return `${verb} ${plural(count, 'stage')} from DVC, ${objectsText}.`;
}

/** What became of earlier runs. */
function describeRuns({ runs, dry }: ImportReport): string | undefined {
  const { imported, noStage, noInputs, noOuts, damaged } = runs;
  const reasons: readonly (readonly [number, string])[] = [
    [noStage, 'of no stage that is there now'],
    [noInputs, 'with inputs that are gone'],
    [noOuts, "with outs that are not in DVC's cache"],
    [damaged, 'damaged'],
  ];
  const left = reasons.filter(([count]) => count > 0).map(([count, reason]) => `${count} ${reason}`);
  if (imported === 0 && left.length === 0) return undefined;
  const verb = dry ? 'would become restorable' : 'can be restored';
  const head = imported === 0 ? [] : [`${plural(imported, 'earlier run')} ${verb}.`];
  return [...head, ...(left.length === 0 ? [] : [`Earlier runs passed over: ${left.join(', ')}.`])].join(' ');
}

interface Section {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, text: string])[];
}

function sectionsOf(report: ImportReport): readonly Section[] {
  const stages = [...report.stages];
  const rows = <O extends StageReport['outcome']>(
    outcome: O,
    text: (stage: Extract<StageReport, { outcome: O }>) => string,
  ): Section['rows'] =>
    stages.flatMap(([name, stage]) =>
      stage.outcome === outcome ? [[name, text(stage as Extract<StageReport, { outcome: O }>)] as const] : [],
    );
  return [
    { title: 'Stale in DVC, and stale here', rows: rows('changed', describeChanged) },
    {
      title: 'Not imported',
      rows: [
        ...rows('missing', ({ paths }) => `neither here nor in DVC's cache: ${paths.join(', ')}`),
        ...rows('failed', ({ problem }) => problem),
        ...rows('never-run', () => 'never run by DVC'),
      ],
    },
    {
      title: 'Run each time or never, in DVC as here',
      rows: [
        ...rows('always', () => 'runs each time'),
        ...rows('frozen', () => 'frozen: its outs are taken as they are'),
      ],
    },
    {
      title: "Data that 'dvc add' tracks: plain inputs here, which DVC's cache keeps",
      rows: report.data.map(rowOf),
    },
    {
      title: "Damaged in DVC's cache, and passed over",
      rows: report.damaged.map(({ path, problem }) => [path, problem] as const),
    },
  ];
}

function describeChanged({ changes, restorable }: Extract<StageReport, { outcome: 'changed' }>): string {
  const reasons = describeReasons(changes, 3);
  return restorable ? `${reasons}; repro restores what DVC had` : reasons;
}

const DATA_WORDS: Readonly<Record<DataReport['state'], string>> = {
  present: 'in place',
  'checked-out': "from DVC's cache",
  'not-in-cache': "not in DVC's cache",
  linked: 'linked to a cache outside of the project, which Ferment does not follow',
  refused: 'refused',
};

function rowOf({ path, state, problem }: DataReport): readonly [string, string] {
  return [path, problem ?? DATA_WORDS[state]];
}

/** More rows say little; `--json` has all. */
const MOST_ROWS = 30;

function listOf(rows: Section['rows']): string[] {
  const width = Math.min(32, Math.max(...rows.map(([name]) => widthOf(escapeControl(name)))));
  const lines = rows.slice(0, MOST_ROWS).map(([name, text]) => {
    const shown = escapeControl(name);
    return `  ${shown}${' '.repeat(Math.max(0, width - widthOf(shown)))}  ${escapeControl(text)}`;
  });
  const more = rows.length - MOST_ROWS;
  return more > 0 ? [...lines, `  and ${formatCount(more)} more (all: --json)`] : lines;
}

function nextSteps(report: ImportReport): readonly string[] {
  if (report.dry) return ['Nothing was imported. Do it with: ferment import-dvc'];
  const has = (state: DataReport['state']): boolean => report.data.some((data) => data.state === state);
  const steps: string[] = [];
  const lacks = namesOf(report, 'missing').length > 0 || has('not-in-cache') || report.damaged.length > 0;
  if (lacks) steps.push('What is not in the cache: get it with dvc pull, then run ferment import-dvc again.');
  if (has('linked')) steps.push('What is linked: make it files with dvc unprotect PATH, then import again.');
  steps.push('Next: ferment repro brings all up to date; keep pipeline.lock in git.');
  return steps;
}

function namesOf({ stages }: ImportReport, outcome: StageReport['outcome']): readonly string[] {
  return [...stages].filter(([, stage]) => stage.outcome === outcome).map(([name]) => name);
}
