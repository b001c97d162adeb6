import { formatCount } from '../../kit/index.ts';
import { type Drawing, formatValue } from './chart/chart.ts';
import { markPath } from './chart/marks.ts';
import { WIDTH } from './chart/plane.ts';
import type { Cell } from './csv.ts';
import { columnNames, type Drawn, drawFigure, titleOf } from './draw-figure.ts';
import type { Figure, Series } from './figure.ts';
import { text } from './html-text.ts';
import type { Template } from './spec.ts';

/** One figure: title, what is wrong with it, drawings or images, legend, and its values as a table. */
export function renderFigure(figure: Figure, revisions: readonly string[], id: string): string {
  const drawn = drawFigure(figure, revisions);
  const title = titleOf(figure);
  const source = title === figure.spec.id ? '' : `<p class="source">${text(figure.spec.id)}</p>`;
  const problems = [...figure.problems, ...drawn.notes].map((problem) => `<li>${text(problem)}</li>`);
  const isWide = drawn.panels.length > 1 || figure.pictures.length > 1;
  return [
    `<figure id="${id}"${isWide ? ' class="wide"' : ''}>`,
    `<figcaption><h2>${text(title)}</h2>${source}</figcaption>`,
    problems.length === 0 ? '' : `<ul class="problems" role="note">${problems.join('')}</ul>`,
    renderPanels(drawn),
    renderPictures(figure),
    renderLegend(drawn),
    renderValues(figure),
    '</figure>',
  ].join('');
}

function renderPanels({ panels }: Drawn): string {
  if (panels.length === 0) return '';
  const each = panels.map(({ caption, drawing }) => {
    const name = caption === undefined ? '' : `<h3>${text(caption)}</h3>`;
    const data = JSON.stringify({ m: drawing.mode, s: drawing.stops.map(shortStop) }).replaceAll(
      '<',
      '\\u003c',
    );
    // Matrices keep their own size; charts fill the column.
    const isChart = drawing.width === WIDTH;
    const width = isChart ? '' : ` style="max-width:${Math.round(drawing.width * 1.25)}px"`;
    return [
      `<div class="panel"${width}>${name}`,
      `<div class="plot${isChart ? ' chart' : ''}" tabindex="0" role="group" aria-label="Values: arrow keys">`,
      drawing.svg,
      '<div class="tip" role="status" hidden></div>',
      `<script type="application/json">${data}</script>`,
      '</div></div>',
    ].join('');
  });
  return `<div class="panels">${each.join('')}</div>`;
}

/** As the script reads it: x, y, title, lines, dots. */
function shortStop({ x, y, title, lines, dots }: Drawing['stops'][number]): readonly unknown[] {
  const places = (dots ?? []).map(([at, color]) => [Math.round(at * 10) / 10, color]);
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10, title, lines, places];
}

function renderPictures({ pictures, spec }: Figure): string {
  if (pictures.length === 0) return '';
  const each = pictures.map(
    ({ revision, file, uri }) =>
      `<div class="panel">${pictures.length > 1 ? `<h3>${text(revision)}</h3>` : ''}<img src="${uri}" alt="${text(`${spec.title ?? file}, ${revision}`)}"></div>`,
  );
  return `<div class="panels">${each.join('')}</div>`;
}

function renderLegend({ legend, sample }: Drawn): string {
  if (legend.length === 0) return '';
  const items = legend.map(
    ({ name, color, dash, twin }) =>
      `<li>${renderSample(sample, color, dash)}${text(twin === undefined ? name : `${name} = ${twin}`)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}

function renderSample(sample: Drawn['sample'], color: number, dash: number): string {
  const drawn = {
    line: `<path class="line c${color} d${dash % 4}" d="M1 6H23"/>`,
    mark: `<path class="mark c${color}" d="${markPath(color, [12, 6], 4)}"/>`,
    bar: `<rect class="bar c${color}" x="5" y="1" width="14" height="10" rx="1.5"/>`,
  };
  return `<svg viewBox="0 0 24 12" aria-hidden="true">${drawn[sample]}</svg>`;
}

const MOST_ROWS = 200;

/** The values for who cannot, or would rather not, point at them. */
function renderValues({ series, xLabel, spec }: Figure): string {
  if (series.length === 0) return '';
  const columns = columnNames(series);
  const rows =
    joinedRows(series, { template: spec.template, xLabel, columns }) ?? listedRows(series, xLabel, columns);
  const [header = [], ...body] = rows;
  const cells = (row: readonly Cell[], tag: string): string =>
    row
      .map((cell) => `<${tag}${typeof cell === 'number' ? ' class="n"' : ''}>${show(cell)}</${tag}>`)
      .join('');
  const shown = body.slice(0, MOST_ROWS).map((row) => `<tr>${cells(row, 'td')}</tr>`);
  const rest =
    body.length <= MOST_ROWS
      ? ''
      : `<p>The first ${MOST_ROWS} of ${formatCount(body.length)} rows; ferment plots show --json has all.</p>`;
  return `<details><summary>Values</summary><div class="scroll"><table><thead><tr>${cells(header, 'th')}</tr></thead><tbody>${shown.join('')}</tbody></table></div>${rest}</details>`;
}

function show(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'number' ? formatValue(cell) : text(String(cell));
}

/**
 * A row for each x (of bars: for each name), a column for each series; undefined for points and matrices, and where a
 * series says something twice of one x: a row has room for one value of each.
 */
function joinedRows(
  series: readonly Series[],
  {
    template,
    xLabel,
    columns,
  }: { readonly template: Template; readonly xLabel: string; readonly columns: readonly string[] },
): Cell[][] | undefined {
  if (template.startsWith('scatter') || template.startsWith('confusion')) return undefined;
  const isBars = template.startsWith('bar');
  const isOneColumn = new Set(columns).size === 1;
  const revisions = new Set(series.map(({ revision }) => revision));
  const names = series.map(({ revision }, i) => {
    const column = isBars && isOneColumn ? xLabel : (columns[i] ?? '');
    return revisions.size > 1 ? `${revision} · ${column}` : column;
  });
  const rows = new Map<Cell, Cell[]>();
  for (const [i, { points }] of series.entries()) {
    for (const { x, y } of points) {
      const [key, value] = isBars ? [y, x] : [x, y];
      const row = rows.get(key) ?? series.map((): Cell => null);
      if (row[i] !== null) return undefined;
      row[i] = value;
      rows.set(key, row);
    }
  }
  const lead = isBars ? (series[0]?.field ?? 'y') : xLabel;
  return [[lead, ...names], ...[...rows].map(([key, row]) => [key, ...row])];
}

function listedRows(series: readonly Series[], xLabel: string, columns: readonly string[]): Cell[][] {
  const isOneColumn = new Set(columns).size === 1;
  const rows = series.flatMap(({ revision, points }, i) =>
    points.map(({ x, y }): Cell[] => (isOneColumn ? [revision, x, y] : [revision, columns[i] ?? '', x, y])),
  );
  const header = isOneColumn
    ? ['revision', xLabel, series[0]?.field ?? 'y']
    : ['revision', 'column', xLabel, 'y'];
  return [header, ...rows];
}
