import { compareBytes, element } from '../../../kit/index.ts';
import type { Point } from '../figure.ts';
import { numberTicks, placeNumbers, roomFor } from './axes.ts';
import {
  type Curve,
  type Drawing,
  drawing,
  type Frame,
  formatValue,
  LETTER,
  type Stop,
  shortText,
} from './chart.ts';
import { WIDTH } from './plane.ts';

export interface BarChart {
  readonly title: string;
  /** Of the values. */
  readonly xLabel: string;
  /** Of the names. */
  readonly yLabel: string;
  readonly curves: readonly Curve<Point>[];
  /** True: the longest bar on top. */
  readonly sorted: boolean;
}

const MOST_LETTERS = 24;
/** More bars than this are a table, not a chart. */
export const MOST_BARS = 200;

/** Horizontal bars from zero, of each name one for each curve; what one curve says twice of a name is added up. */
export function drawBars(chart: BarChart): Drawing {
  const sums = chart.curves.map(({ points }) => sumsOf(points));
  const names = namesOf(sums, chart.sorted).slice(0, MOST_BARS);
  const values = sums.flatMap((one) => names.map((name) => one.get(name) ?? 0));
  const bar = chart.curves.length > 1 ? 14 : 18;
  const row = bar * chart.curves.length + 8;
  const numbers = numberTicks(Math.min(0, ...values), Math.max(0, ...values), { count: 5 });
  const left = (chart.yLabel === '' ? 12 : 28) + roomFor(names, MOST_LETTERS);
  const valueRoom = roomFor(values.map(formatValue), 9) + 8;
  const frame: Frame = { left, top: 8, right: WIDTH - valueRoom, bottom: 8 + row * names.length };
  const x = placeNumbers(numbers, [left, frame.right]);
  const stops: Stop[] = [];
  const bars = names.flatMap((name, n) =>
    chart.curves.flatMap((curve, c) => {
      const value = sums[c]?.get(name);
      if (value === undefined) return [];
      const top = frame.top + n * row + 4 + c * bar;
      const middle = top + bar / 2;
      stops.push({
        x: x.at(value),
        y: middle,
        title: name,
        lines: [[curve.name, formatValue(value), curve.color]],
      });
      return [drawBar(value, curve.color, { top, height: bar - 2, zero: x.at(0), end: x.at(value) })];
    }),
  );
  const size = { width: WIDTH, height: frame.bottom + 42 };
  const label = `${chart.title}: bars of ${chart.curves.map((curve) => curve.name).join(', ')}`;
  const labels = names.map((name, n) =>
    shortText(name, MOST_LETTERS, {
      class: 'tick',
      x: left - 7,
      y: frame.top + (n + 0.5) * row + 4,
      'text-anchor': 'end',
    }),
  );
  return {
    ...size,
    svg: drawing(size, label, drawAxes(frame, x, chart), ...bars, ...labels),
    stops,
    mode: 'xy',
  };
}

function sumsOf(points: readonly Point[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { x, y } of points) {
    if (typeof x !== 'number' || y === null) continue;
    sums.set(String(y), (sums.get(String(y)) ?? 0) + x);
  }
  return sums;
}

function namesOf(sums: readonly ReadonlyMap<string, number>[], sorted: boolean): string[] {
  const names = [...new Set(sums.flatMap((one) => [...one.keys()]))];
  if (!sorted) return names;
  const total = (name: string): number => sums.reduce((sum, one) => sum + (one.get(name) ?? 0), 0);
  return names.sort((a, b) => total(b) - total(a) || compareBytes(a, b));
}

function drawBar(
  value: number,
  color: number,
  {
    top,
    height,
    zero,
    end,
  }: { readonly top: number; readonly height: number; readonly zero: number; readonly end: number },
): string {
  const rect = element('rect', {
    class: `bar c${color}`,
    x: Math.min(zero, end),
    y: top,
    width: Math.max(0.5, Math.abs(end - zero)),
    height,
    rx: 1.5,
  });
  const text = element(
    'text',
    { class: 'count', x: Math.max(zero, end) + 5, y: top + height / 2 + 3.5 },
    formatValue(value),
  );
  return rect + text;
}

function drawAxes(frame: Frame, x: ReturnType<typeof placeNumbers>, { xLabel, yLabel }: BarChart): string {
  const ticks = x.ticks.map(
    ({ at, text }) =>
      element('line', { class: 'grid', x1: at, x2: at, y1: frame.top, y2: frame.bottom }) +
      element('text', { class: 'tick', x: at, y: frame.bottom + 17, 'text-anchor': 'middle' }, text),
  );
  const middleX = (frame.left + frame.right) / 2;
  const middleY = (frame.top + frame.bottom) / 2;
  const most = Math.max(6, Math.floor((frame.bottom - frame.top) / LETTER));
  return (
    ticks.join('') +
    element('line', { class: 'axis', x1: x.at(0), x2: x.at(0), y1: frame.top, y2: frame.bottom }) +
    shortText(xLabel, 50, {
      class: 'axis-label',
      x: middleX,
      y: frame.bottom + 35,
      'text-anchor': 'middle',
    }) +
    (yLabel === ''
      ? ''
      : shortText(yLabel, most, {
          class: 'axis-label',
          transform: `translate(12 ${middleY}) rotate(-90)`,
          'text-anchor': 'middle',
        }))
  );
}
