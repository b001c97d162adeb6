import { createPainter, prettyJson, printLine } from '../../kit/index.ts';
import {
  diffValues,
  directionOf,
  parseCondition,
  readMetrics,
  renderDiff,
  sidesOf,
  throwIfUnreadable,
  toJson,
  type ValuesDiff,
  type Verdict,
  violations,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import type { ActionContext } from '../program.ts';
import {
  isWanted,
  only,
  printTable,
  type TableOptions,
  tableOf,
  toleranceOf,
  wantedFiles,
} from '../values-table.ts';
import { printWarnings } from './metrics.ts';

/**
 * `ferment metrics diff [A] [B]`: A is HEAD unless given, B the workspace. Ends with 1 where a condition holds or a
 * metric that one is about is lost. Throws USAGE and UNREADABLE where a condition cannot be judged.
 */
export function diffMetrics(
  a: string | undefined,
  b: string | undefined,
  options: TableOptions & { readonly failIf?: readonly string[] },
  { terminal, setExit }: ActionContext,
): void {
  const conditions = (options.failIf ?? []).map(parseCondition);
  const [before, after] = sidesOf(loadOptions(options, terminal), a, b);
  const sides = [readMetrics(before), readMetrics(after)] as const;
  const wanted = wantedFiles(options, sides, terminal);
  if (conditions.length > 0) throwIfUnreadable(sides, (path) => isWanted(path, wanted));
  printWarnings(sides, wanted, terminal);
  const [old, now] = [only(sides[0].values, wanted), only(sides[1].values, wanted)];
  const diff = diffValues(old, now, toleranceOf(options));
  const found = violations(
    {
      before: { label: before.label, values: old },
      after: { label: after.label, values: now },
      // What is equal is shown with --all, and never a change.
      diff: options.all === true ? diffValues(old, now, toleranceOf({ ...options, all: false })) : diff,
    },
    conditions,
  );
  if (options.json === true) terminal.stdout.write(prettyJson(toJson(diff)));
  else if (diff.size > 0) {
    const labels = { kind: 'Metric', before: before.label, after: after.label } as const;
    const direction = directionOf(after.project);
    const paint = createPainter(terminal.stdout, terminal.env);
    const mark = (text: string, verdict: Verdict): string => paint(VERDICT_STYLES[verdict], text);
    const render = (one: ValuesDiff, path: boolean): string =>
      renderDiff(one, labels, { ...tableOf(options, path), direction, mark });
    printTable(diff, render, { options, terminal });
  } else if (options.md !== true) printLine(terminal.stderr, 'No metric differs.');
  for (const line of found) printLine(terminal.stderr, line);
  if (found.length > 0) setExit(1);
}

const VERDICT_STYLES = { better: 'green', worse: 'red' } as const;
