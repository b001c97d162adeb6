import { prettyJson } from '../../kit/index.ts';
import {
  commitSide,
  diffValues,
  directionOf,
  parseCondition,
  readMetrics,
  renderDiff,
  renderValues,
  type SideValues,
  sidesOf,
  toJson,
  type ValuesDiff,
  violations,
  workspaceSide,
} from '../../runner/index.ts';
import { loadOptions } from '../load-options.ts';
import { printByFile } from '../narrow-table.ts';
import type { ActionContext, ProjectOptions } from '../program.ts';
import { printLine, printWarning, type Terminal } from '../terminal.ts';

export interface TableOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly md?: boolean;
  readonly all?: boolean;
  readonly targets?: readonly string[];
  readonly path?: boolean;
  readonly atol?: number;
  readonly rtol?: number;
  readonly precision: number;
}

/** `ferment metrics show [REVISION]`. */
export function showMetrics(
  revision: string | undefined,
  options: TableOptions,
  { terminal }: ActionContext,
): void {
  const load = loadOptions(options, terminal);
  const read = readMetrics(revision === undefined ? workspaceSide(load) : commitSide(load, revision));
  printWarnings([read], terminal);
  if (options.json === true) terminal.stdout.write(prettyJson(toJson(read.values)));
  else if (read.values.size === 0) printLine(terminal.stderr, 'No metrics yet: ferment repro makes them.');
  else printTable(read.values, (values) => renderValues(values, tableOf(options)), { options, terminal });
}

/** `ferment metrics diff [A] [B]`: A is HEAD unless given, B the workspace. */
export function diffMetrics(
  a: string | undefined,
  b: string | undefined,
  options: TableOptions & { readonly failIf?: readonly string[] },
  { terminal, setExit }: ActionContext,
): void {
  const conditions = (options.failIf ?? []).map(parseCondition);
  const [before, after] = sidesOf(loadOptions(options, terminal), a, b);
  const sides = [readMetrics(before), readMetrics(after)] as const;
  printWarnings(sides, terminal);
  const diff = diffValues(
    only(sides[0].values, options.targets),
    only(sides[1].values, options.targets),
    toleranceOf(options),
  );
  if (options.json === true) terminal.stdout.write(prettyJson(toJson(diff)));
  else if (diff.size > 0) {
    const labels = { kind: 'Metric', before: before.label, after: after.label } as const;
    const direction = directionOf(after.project);
    const render = (one: ValuesDiff): string => renderDiff(one, labels, { ...tableOf(options), direction });
    printTable(diff, render, { options, terminal });
  } else if (options.md !== true) printLine(terminal.stderr, 'No metric differs.');
  const found = violations(diff, conditions);
  for (const line of found) printLine(terminal.stderr, line);
  if (found.length > 0) setExit(1);
}

/** What counts as equal, and whether it is shown. */
export function toleranceOf({ all, atol, rtol }: TableOptions) {
  return { all: all === true, atol, rtol };
}

/** The files that were asked for. */
export function only<T>(
  files: ReadonlyMap<string, T>,
  targets: readonly string[] | undefined,
): ReadonlyMap<string, T> {
  return targets === undefined ? files : new Map([...files].filter(([file]) => targets.includes(file)));
}

function printWarnings(sides: readonly SideValues[], terminal: Terminal): void {
  for (const { warnings } of sides) for (const text of warnings) printWarning(terminal, text);
}

/** Markdown is for a page, not for the terminal: it keeps its columns. */
export function printTable<T>(
  files: ReadonlyMap<string, T>,
  render: (files: ReadonlyMap<string, T>) => string,
  { options, terminal }: { readonly options: TableOptions; readonly terminal: Terminal },
): void {
  if (options.md === true || options.path === false) printLine(terminal.stdout, render(files));
  else printByFile(files, render, terminal);
}

export function tableOf(options: TableOptions): {
  readonly markdown: boolean;
  readonly precision: number;
  readonly path: boolean;
} {
  return { markdown: options.md === true, precision: options.precision, path: options.path !== false };
}
