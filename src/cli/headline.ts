import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cutMiddle, printLine, renderTable, type Terminal, widthOf } from '../kit/index.ts';
import {
  flatten,
  formatLeaf,
  type Out,
  type Project,
  type Scalar,
  type Stage,
  workspaceMetrics,
} from '../runner/index.ts';
import { textWidth } from './narrow-table.ts';

/**
 * What a pipeline wants to be seen at the end of a run of `stages`: the metrics whose option `headline` lists keys,
 * as one table, and the outs with `headline: true`, as paths. Prints nothing where no out has that option.
 */
export function printHeadline(project: Project, stages: readonly Stage[], terminal: Terminal): void {
  const rows = headlineRows(project, stages);
  if (rows.length > 0) {
    printLine(terminal.stdout, '');
    printLine(terminal.stdout, renderNarrow(rows, terminal.stdout.columns));
  }
  const paths = stages
    .flatMap((stage) => stage.outs)
    .filter((out) => out.options['headline'] === true && existsSync(join(project.root, out.path)));
  if (paths.length > 0) printLine(terminal.stdout, '');
  for (const out of paths) {
    const path = relative(terminal.cwd, join(project.root, out.path));
    printLine(terminal.stdout, `${out.desc ?? 'Written'}: ${path}`);
  }
}

/** A table whose names are cut where it would not fit on the terminal. */
function renderNarrow(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): string {
  const right = rows[0]?.map((_, i) => i).slice(1) ?? [];
  const table = renderTable(rows, { right });
  const excess = textWidth(table) - columns;
  if (excess <= 0) return table;
  const width = Math.max(12, Math.max(...rows.map(([name = '']) => widthOf(name))) - excess);
  const cut = rows.map(([name = '', ...cells]) => [cutMiddle(name, width), ...cells]);
  return renderTable(cut, { right });
}

function headlineRows(project: Project, stages: readonly Stage[]): string[][] {
  const found = stages.flatMap((stage) => stage.outs.flatMap((out) => rowOf(project, stage.name, out)));
  const keys = [...new Set(found.flatMap(({ values }) => [...values.keys()]))];
  if (found.length === 0) return [];
  return [
    ['', ...keys],
    ...found.map(({ name, values }) => [name, ...keys.map((key) => formatLeaf(values.get(key), 4))]),
  ];
}

function rowOf(
  project: Project,
  name: string,
  out: Out,
): readonly { readonly name: string; readonly values: ReadonlyMap<string, Scalar> }[] {
  const wanted = out.options['headline'];
  if (!Array.isArray(wanted)) return [];
  const content = workspaceMetrics(project, out.path);
  if (content === undefined) return [];
  const leaves = flatten(content);
  const values = new Map(
    wanted.map(String).flatMap((key) => (leaves.has(key) ? [[key, leaves.get(key) ?? null]] : [])),
  );
  return [{ name, values }];
}
