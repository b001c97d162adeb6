import { escapeControl, renderMarkdownTable, renderTable } from '../../kit/index.ts';
import type { ValueChange, Values, ValuesDiff } from './diff.ts';
import type { Direction } from './direction.ts';
import type { Scalar } from './flatten.ts';

export interface RenderOptions {
  /** True: a GitHub table. */
  readonly markdown?: boolean;
  /** Digits after the point; 5 unless given. */
  readonly precision?: number;
  /** False: without the column of files. */
  readonly path?: boolean;
  /** Which way a metric is better, by file and key; undefined where nobody said. */
  readonly direction?: (file: string, key: string) => Direction | undefined;
}

/** `metrics show`: one line per key. */
export function renderValues(values: Values, options: RenderOptions = {}): string {
  const rows = [['Path', 'Metric', 'Value']];
  for (const [file, leaves] of values) {
    for (const [key, value] of leaves) rows.push([file, key, formatLeaf(value, options.precision)]);
  }
  return render(rows, [2], options);
}

/** `metrics diff` and `params diff`: the old value, the new one, and for numbers the change and whether it is better. */
export function renderDiff(
  diff: ValuesDiff,
  labels: { readonly kind: 'Metric' | 'Param'; readonly before: string; readonly after: string },
  options: RenderOptions = {},
): string {
  const withChange = labels.kind === 'Metric';
  const rows = [['Path', labels.kind, labels.before, labels.after, ...(withChange ? ['Change'] : [])]];
  for (const [file, changes] of diff) {
    for (const [key, change] of changes) {
      const cells = [
        file,
        key,
        formatLeaf(change.old, options.precision),
        formatLeaf(change.new, options.precision),
      ];
      rows.push(
        withChange
          ? [...cells, formatChange(change, options.direction?.(file, key), options.precision)]
          : cells,
      );
    }
  }
  return render(rows, withChange ? [2, 3, 4] : [], options);
}

function render(whole: readonly string[][], columns: readonly number[], options: RenderOptions): string {
  const rows = options.path === false ? whole.map((row) => row.slice(1)) : whole;
  const right = options.path === false ? columns.map((column) => column - 1) : columns;
  return options.markdown === true ? renderMarkdownTable(rows, { right }) : renderTable(rows, { right });
}

/** A value as a cell: `-` for none, numbers rounded to `precision` digits without trailing zeros. */
export function formatLeaf(value: Scalar | undefined, precision = 5): string {
  if (value === undefined) return '-';
  return typeof value === 'number' ? formatNumber(value, precision) : shorten(escapeControl(String(value)));
}

const LONGEST_CELL = 40;
/** Of a list (written as JSON) nobody reads more than its beginning in a table of numbers. */
const LONGEST_LIST = 20;

function shorten(text: string): string {
  const longest = text.startsWith('[') ? LONGEST_LIST : LONGEST_CELL;
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function formatNumber(value: number, precision: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toFixed(precision));
  // A small value must not look like zero.
  return rounded === 0 ? value.toExponential(2) : String(rounded);
}

function formatChange(change: ValueChange, direction: Direction | undefined, precision = 5): string {
  if (change.diff === undefined)
    return change.old === undefined ? 'new' : change.new === undefined ? 'gone' : '-';
  const sign = change.diff > 0 ? '+' : '';
  const text = `${sign}${formatNumber(change.diff, precision)}`;
  if (direction === undefined || change.diff === 0) return text;
  return `${text} ${change.diff > 0 === (direction === 'higher') ? 'better' : 'worse'}`;
}
