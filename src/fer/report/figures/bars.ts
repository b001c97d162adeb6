import { element, label, linearScale } from '../../../kit/index.ts';
import { drawLegend, drawTitle, drawYAxis, type Frame } from './frame.ts';
import { figure, QUIET, QUIET_LINE } from './svg.ts';

export interface BarChart {
  readonly title: string;
  readonly yName: string;
  /** One group of bars per category. */
  readonly categories: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly color: string;
    readonly values: readonly number[];
  }[];
  /** Upper end of the axis; the largest value unless given. */
  readonly maximum?: number;
  /** How a value is written above its bar. */
  readonly format: (value: number) => string;
}

const WIDTH = 760;
const HEIGHT = 340;

/** Grouped bars with their values on top. */
export function renderBars(chart: BarChart): string {
  const frame: Frame = { left: 56, top: 48, right: WIDTH - 130, bottom: HEIGHT - 36 };
  const largest = Math.max(0, ...chart.series.flatMap((s) => s.values));
  const y = linearScale([0, chart.maximum ?? largest * 1.05], [frame.bottom, frame.top]);
  const group = (frame.right - frame.left) / Math.max(1, chart.categories.length);
  const bar = (group * 0.8) / Math.max(1, chart.series.length);
  const bars = chart.series.flatMap((series, s) =>
    series.values.map((value, c) => {
      const x = frame.left + c * group + group * 0.1 + s * bar;
      const top = y(value);
      return (
        element('rect', {
          x: x + 1,
          y: top,
          width: bar - 2,
          height: frame.bottom - top,
          rx: 1.5,
          fill: series.color,
        }) +
        label(chart.format(value), {
          x: x + bar / 2,
          y: top - 4,
          'text-anchor': 'middle',
          'font-size': bar < 22 ? 8 : 9.5,
          ...QUIET,
        })
      );
    }),
  );
  const names = chart.categories.map((name, c) =>
    label(name, { x: frame.left + (c + 0.5) * group, y: frame.bottom + 18, 'text-anchor': 'middle' }),
  );
  return figure(
    { width: WIDTH, height: HEIGHT },
    chart.title,
    drawTitle(frame, chart.title, WIDTH),
    drawYAxis(frame, y, chart.yName),
    ...bars,
    element('line', { x1: frame.left, x2: frame.right, y1: frame.bottom, y2: frame.bottom, ...QUIET_LINE }),
    ...names,
    drawLegend(
      frame.right + 16,
      frame.top + 8,
      chart.series.map(({ name, color }) => ({ name, color })),
    ),
  );
}
