import { escapeControl, renderMarkdownTable, renderTable } from '../../kit/index.ts';
import type { ValueChange, Values, ValuesDiff } from './diff.ts';
import type { Direction } from './direction.ts';
import type { Scalar } from './flatten.ts';

export interface RenderOptions {
  /** True: a GitHub table. */
  readonly markdown?: boolean;
  /** Digits after the point; 5 unless given. */
  readonly precision?: number;
  /** How long a text may be; 40 unless given. */
  readonly longest?: number;
  /** False: without the column of files. */
  readonly path?: boolean;
  /** Which way a metric is better, by file and key; undefined where nobody said. */
  readonly direction?: (file: string, key: string) => Direction | undefined;
  /** Marks a change that has a direction, in colour; not in Markdown. */
  readonly mark?: (text: string, verdict: Verdict) => string;
}

/** What a change of a metric with a direction is. */
export type Verdict = 'better' | 'worse';

/** `metrics show`: one line per key. */
export function renderValues(values: Values, options: RenderOptions = {}): string {
  const rows = [['Path', 'Metric', 'Value']];
  for (const [file, leaves] of values) {
    for (const [key, value] of leaves)
      rows.push([escapeControl(file), escapeControl(key), formatLeaf(value, options.precision)]);
  }
  return render(rows, [2], options);
}

/** The values of one commit or of the workspace. */
export interface Labelled {
  readonly label: string;
  readonly values: Values;
}

/** `metrics show` of several revisions: a row for each revision and file, a column for each key. */
export function renderRevisions(revisions: readonly Labelled[], options: RenderOptions = {}): string {
  const lead = (label: string, file: string): string[] =>
    options.path === false ? [escapeControl(label)] : [escapeControl(label), escapeControl(file)];
  const found = revisions.flatMap(({ label, values }) =>
    [...values].map(([file, leaves]) => ({ cells: lead(label, file), leaves })),
  );
  const header = lead('Revision', 'Path');
  const keys = [...new Set(found.flatMap(({ leaves }) => [...leaves.keys()]))];
  const rows = found.map(({ cells, leaves }) => [
    ...cells,
    ...keys.map((key) => formatLeaf(leaves.get(key), options.precision)),
  ]);
  const right = keys.map((_, i) => header.length + i);
  const table = [[...header, ...keys.map(escapeControl)], ...rows];
  return asTable(table, right, options);
}

/** `metrics diff` and `params diff`: the old value, the new one, and for numbers the change and whether it is better. */
export function renderDiff(
  diff: ValuesDiff,
  labels: { readonly kind: 'Metric' | 'Param'; readonly before: string; readonly after: string },
  options: RenderOptions = {},
): string {
  const withChange = labels.kind === 'Metric';
  const mark = options.markdown === true ? undefined : options.mark;
  const rows = [['Path', labels.kind, labels.before, labels.after, ...(withChange ? ['Change'] : [])]];
  for (const [file, changes] of diff) {
    for (const [key, change] of changes) {
      const cells = [
        escapeControl(file),
        escapeControl(key),
        formatLeaf(change.old, options.precision, options.longest),
        formatLeaf(change.new, options.precision, options.longest),
      ];
      rows.push(
        withChange
          ? [...cells, formatChange(change, { ...options, direction: options.direction?.(file, key), mark })]
          : cells,
      );
    }
  }
  return render(rows, withChange ? [2, 3, 4] : [], options);
}

function render(whole: readonly string[][], columns: readonly number[], options: RenderOptions): string {
  const rows = options.path === false ? whole.map((row) => row.slice(1)) : whole;
  const right = options.path === false ? columns.map((column) => column - 1) : columns;
  return asTable(rows, right, options);
}

/** Keys and texts are foreign: in Markdown `__init__` and `<b>` would be markup. */
function asTable(rows: readonly string[][], right: readonly number[], { markdown }: RenderOptions): string {
  return markdown === true
    ? renderMarkdownTable(rows, { right, literal: true })
    : renderTable(rows, { right });
}

/** A value as a cell: `-` for none, numbers rounded to `precision` digits without trailing zeros. */
export function formatLeaf(value: Scalar | undefined, precision = 5, longest = LONGEST_CELL): string {
  if (value === undefined) return '-';
  return typeof value === 'number'
    ? formatNumber(value, precision)
    : shorten(escapeControl(String(value)), longest);
}

const LONGEST_CELL = 40;
/** Of a list (written as JSON) nobody reads more than its beginning in a table of numbers. */
const LONGEST_LIST = 20;

function shorten(text: string, most: number): string {
  const longest = text.startsWith('[') ? LONGEST_LIST : most;
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function formatNumber(value: number, precision: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toFixed(precision));
  // A small value must not look like zero.
  return rounded === 0 ? value.toExponential(2) : String(rounded);
}

function formatChange(
  change: ValueChange,
  {
    direction,
    precision = 5,
    mark = (text) => text,
  }: {
    readonly direction: Direction | undefined;
    readonly precision?: number;
    readonly mark: RenderOptions['mark'];
  },
): string {
  if (change.diff === undefined)
    return change.old === undefined ? 'new' : change.new === undefined ? 'gone' : '-';
  const sign = change.diff > 0 ? '+' : '';
  const text = `${sign}${formatNumber(change.diff, precision)}`;
  // What has become NaN, or was it, is neither better nor worse.
  if (direction === undefined || change.diff === 0 || Number.isNaN(change.diff)) return text;
  const verdict = change.diff > 0 === (direction === 'higher') ? 'better' : 'worse';
  return mark(`${text} ${verdict}`, verdict);
}
