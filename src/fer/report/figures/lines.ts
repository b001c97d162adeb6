import { element, label, linearScale, round, type Scale } from '../../../kit/index.ts';
import {
  drawLegend,
  drawTitle,
  drawXAxis,
  drawYAxis,
  type Frame,
  type LegendItem,
  legendHeight,
  legendWidth,
} from './frame.ts';
import { figure, QUIET, SOFT_LINE } from './svg.ts';

export interface LineChart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly LineSeries[];
  /** Lowest and highest value of the axis; from the data unless given. */
  readonly yRange?: readonly [number, number];
  /** Marks on the x axis, such as the kept epoch. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
}

export interface LineSeries {
  readonly name: string;
  readonly color: string;
  readonly dashed?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const LEAST_HEIGHT = 320;
const TOP = 48;

/**
 * Lines with a point at each value; values that are not finite are left out. Of lines over each other the first is seen,
 * and the legend says which others are there.
 */
export function renderLines(chart: LineChart): string {
  const points = chart.series.flatMap((s) => s.points).filter(([, y]) => Number.isFinite(y));
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const range = chart.yRange ?? [Math.min(...ys, 0.5), Math.max(...ys, 0.5)];
  const legend = legendOf(chart.series, range);
  const width = 520 + Math.round(legendWidth(legend));
  // As high as its legend.
  const height = Math.max(LEAST_HEIGHT, TOP + legendHeight(legend) + 16);
  const frame: Frame = { left: 56, top: TOP, right: width - legendWidth(legend), bottom: height - 48 };
  const xEnds = [Math.min(...xs, 1), Math.max(...xs, 1)] as const;
  const x = linearScale([xEnds[0] - 0.25, xEnds[1] + 0.25], [frame.left, frame.right], {
    exact: true,
    count: 8,
  });
  const y = linearScale(range, [frame.bottom, frame.top]);
  return figure(
    { width, height },
    chart.title,
    drawTitle(frame, chart.title, width),
    drawYAxis(frame, y, chart.yName),
    drawXAxis(frame, x, chart.xName, { whole: true }),
    ...(chart.marks ?? []).map((mark) => drawMark(frame, x(mark.x), mark.name)),
    ...chart.series.map((series) => drawSeries(series, x, y)).reverse(),
    points.length === 0 ? drawNothing(frame) : '',
    drawLegend(frame.right + 14, frame.top + 8, legend),
  );
}

/** Closer than this share of the axis everywhere, two lines look like one. */
const ALIKE = 1 / 150;

function legendOf(all: readonly LineSeries[], [low, high]: readonly [number, number]): LegendItem[] {
  return all.map((series, i) => {
    const off = (other: LineSeries): number => distance(series, other) / (high - low || 1);
    const twin = all.slice(0, i).find((other) => off(other) < ALIKE);
    const remark = twin === undefined ? undefined : `${off(twin) === 0 ? '=' : '≈'} ${twin.name}`;
    return { name: series.name, color: series.color, line: true, dashed: series.dashed === true, remark };
  });
}

/** The largest difference of two lines; infinite where one has a point and the other none, and for lines without any. */
function distance(one: LineSeries, other: LineSeries): number {
  const [a, b] = [one, other].map(({ points }) => points.filter(([, y]) => Number.isFinite(y)));
  if (a === undefined || b === undefined || a.length === 0 || a.length !== b.length) return Infinity;
  return Math.max(
    ...a.map(([x, y], i) => {
      const [otherX, otherY] = b[i] ?? [];
      return x === otherX && otherY !== undefined ? Math.abs(y - otherY) : Infinity;
    }),
  );
}

function drawSeries(series: LineSeries, x: Scale, y: Scale): string {
  const points = series.points.filter(([, value]) => Number.isFinite(value));
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`).join('');
  const dots = points.map(([px, py]) =>
    element('circle', { cx: x(px), cy: y(py), r: 2.6, fill: series.color }),
  );
  const line = element('path', {
    d: path,
    fill: 'none',
    stroke: series.color,
    'stroke-width': 2,
    'stroke-linejoin': 'round',
    'stroke-dasharray': series.dashed === true ? '5 4' : undefined,
  });
  return (points.length > 1 ? line : '') + dots.join('');
}

/** A frame without a line would pass for lines at its edge. */
function drawNothing({ left, right, top, bottom }: Frame): string {
  const place = { x: (left + right) / 2, y: (top + bottom) / 2, 'text-anchor': 'middle' };
  return label('no values', { ...place, ...QUIET });
}

/** Named above the frame: in it are lines, and right of it the legend. */
function drawMark(frame: Frame, x: number, name: string): string {
  return (
    element('line', {
      x1: x,
      x2: x,
      y1: frame.top,
      y2: frame.bottom,
      ...SOFT_LINE,
      'stroke-dasharray': '2 3',
    }) + label(name, { x, y: frame.top - 4, 'text-anchor': 'middle', 'font-size': 10, ...QUIET })
  );
}
