import { escapeControl, formatCount, plural } from '../../kit/index.ts';
import { drawBars, MOST_BARS } from './chart/bars.ts';
import { COLORS, type Curve, type Drawing } from './chart/chart.ts';
import { classesOf, drawConfusion } from './chart/confusion.ts';
import { drawLines } from './chart/lines.ts';
import { coordinateOf } from './chart/plane.ts';
import { drawScatter } from './chart/scatter.ts';
import type { Cell } from './csv.ts';
import { type Figure, type Point, type Series, shortNames } from './figure.ts';

/** The drawings of a figure: one, or for matrices one of each series; with their legend and what could not be drawn. */
export interface Drawn {
  readonly panels: readonly { readonly caption: string | undefined; readonly drawing: Drawing }[];
  readonly legend: readonly LegendEntry[];
  /** How a legend's entry looks. */
  readonly sample: 'line' | 'mark' | 'bar';
  readonly notes: readonly string[];
}

interface LegendEntry {
  readonly name: string;
  readonly color: number;
  readonly dash: number;
  /** The curve with the same points, which is the one that is seen. */
  readonly twin?: string | undefined;
}

/** The title of a figure: the declared one, else its id. */
export function titleOf({ spec }: Figure): string {
  return spec.title ?? spec.id;
}

/** Draws the series of a figure as its template says. `revisions` are all that the page compares: each has a colour. */
export function drawFigure(figure: Figure, revisions: readonly string[]): Drawn {
  const curves = curvesOf(figure.series, revisions);
  const { xLabel, yLabel } = figure;
  const base = { title: titleOf(figure), xLabel, yLabel, curves };
  const legend = curves.length > 1 ? legendOf(curves) : [];
  const one = (drawing: Drawing, sample: Drawn['sample'], notes: readonly string[]): Drawn => ({
    panels: curves.length === 0 ? [] : [{ caption: undefined, drawing }],
    // Bars stand beside each other.
    legend: sample === 'bar' ? legend.map(({ twin, ...entry }) => entry) : legend,
    sample,
    notes,
  });
  switch (figure.spec.template) {
    case 'linear':
      return one(drawLines({ ...base, style: 'marks' }), 'line', linesLeaveOut(figure));
    case 'simple':
      return one(drawLines({ ...base, style: 'plain' }), 'line', linesLeaveOut(figure));
    case 'smooth':
      return one(drawLines({ ...base, style: 'smooth' }), 'line', linesLeaveOut(figure));
    case 'scatter':
    case 'scatter_jitter':
      return one(drawScatter({ ...base, jitter: figure.spec.template === 'scatter_jitter' }), 'mark', [
        ...leftOut(figure, 'x'),
        ...leftOut(figure, 'y'),
      ]);
    case 'bar_horizontal':
    case 'bar_horizontal_sorted':
      return one(drawBars({ ...base, sorted: figure.spec.template === 'bar_horizontal_sorted' }), 'bar', [
        ...leftOut(figure, 'x', 'numbers'),
        ...leftOut(figure, 'y', 'names'),
        ...tooManyBars(figure),
      ]);
    case 'confusion':
    case 'confusion_normalized':
      return drawMatrices(figure, curves);
  }
}

function legendOf(curves: readonly Curve<Point>[]): LegendEntry[] {
  const first = new Map<string, string>();
  return curves.map(({ name, color, dash, points }) => {
    const key = JSON.stringify(points);
    const twin = points.length === 0 ? undefined : first.get(key);
    if (twin === undefined) first.set(key, name);
    return { name, color, dash, twin };
  });
}

/**
 * Several revisions: a colour for each, and a dash for each of its columns. One revision: a colour for each column, and
 * where there are more columns than colours another dash for each round of them.
 */
function curvesOf(series: readonly Series[], revisions: readonly string[]): Curve<Point>[] {
  const columns = [...new Set(series.map(columnKey))];
  const names = columnNames(series);
  return series.map((one, i): Curve<Point> => {
    const columnName = names[i] ?? '';
    const column = columns.indexOf(columnKey(one));
    const revision = revisions.indexOf(one.revision);
    const points = one.points;
    if (revisions.length < 2)
      return { name: columnName, color: column % COLORS, dash: Math.floor(column / COLORS), points };
    const name = columns.length < 2 ? one.revision : `${one.revision} · ${columnName}`;
    return { name, color: revision % COLORS, dash: column, points };
  });
}

function columnKey({ file, field }: Series): string {
  return JSON.stringify([file, field]);
}

/** What a legend calls the column of each series: by its file too where that tells more. */
export function columnNames(series: readonly Series[]): readonly string[] {
  const files = shortNames([...new Set(series.map(({ file }) => file))]);
  const fields = new Set(series.map(({ field }) => field));
  return series.map(({ file, field }) => {
    if (files.size === 1) return field;
    return fields.size === 1 ? (files.get(file) ?? file) : `${files.get(file) ?? file}: ${field}`;
  });
}

/** What stands on an axis; `either` is as the axis itself decides. */
type Kind = 'numbers' | 'names' | 'either';

/** A damaged or missing value is left out of the drawing, and said. */
function leftOut({ series }: Figure, axis: 'x' | 'y', kind: Kind = 'either'): string[] {
  const coordinate = coordinateOf(series.flatMap(({ points }) => points.map((point) => point[axis])));
  const isNumbers = kind === 'numbers' || (kind === 'either' && coordinate.names === undefined);
  const isDrawn = (cell: Cell): boolean => (isNumbers ? typeof cell === 'number' : cell !== null);
  const words = isNumbers
    ? ['is no number and', 'are no numbers and are']
    : ['is missing and', 'are missing and are'];
  return series.flatMap(({ file, field, revision, points }) => {
    const bad = points.flatMap((point, i) => (isDrawn(point[axis]) ? [] : [i]));
    const [first] = bad;
    if (first === undefined) return [];
    const value = points[first]?.[axis] ?? null;
    const shown = value === null ? 'nothing' : `'${escapeControl(String(value)).slice(0, 30)}'`;
    const what = axis === 'y' ? `'${field}'` : 'x';
    return [
      `${file} (${revision}): ${formatCount(bad.length)} of ${plural(points.length, 'value')} of ${what} ${words[bad.length === 1 ? 0 : 1]} left out, the first in row ${first + 1}: ${shown}.`,
    ];
  });
}

/** Lines are over numbers or names, and of numbers. */
function linesLeaveOut(figure: Figure): string[] {
  return [...leftOut(figure, 'x'), ...leftOut(figure, 'y', 'numbers')];
}

function tooManyBars({ series }: Figure): string[] {
  const names = new Set(series.flatMap(({ points }) => points.map(({ y }) => String(y))));
  return names.size > MOST_BARS
    ? [`Only the first ${MOST_BARS} of ${formatCount(names.size)} bars are drawn.`]
    : [];
}

/** More classes than this are a picture without words. */
const MOST_CLASSES = 60;

function drawMatrices(figure: Figure, curves: readonly Curve<Point>[]): Drawn {
  const { xLabel, yLabel, spec } = figure;
  const classes = classesOf(curves.flatMap(({ points }) => points));
  const notes = [
    ...leftOut(figure, 'x', 'names'),
    ...leftOut(figure, 'y', 'names'),
    ...(classes.length > MOST_CLASSES
      ? [`It has ${formatCount(classes.length)} classes; the first ${MOST_CLASSES} are drawn.`]
      : []),
  ];
  const panels = curves.map(({ name, points }) => ({
    caption: curves.length > 1 ? name : undefined,
    drawing: drawConfusion({
      title: titleOf(figure),
      xLabel,
      yLabel: yLabel === '' ? 'y' : yLabel,
      points,
      classes: classes.slice(0, MOST_CLASSES),
      normalized: spec.template === 'confusion_normalized',
    }),
  }));
  return { panels, legend: [], sample: 'mark', notes };
}
