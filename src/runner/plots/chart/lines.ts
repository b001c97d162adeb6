import { element } from '../../../kit/index.ts';
import type { Point } from '../figure.ts';
import { type Curve, type Drawing, drawing, formatValue, type Stop } from './chart.ts';
import { drawMarks, linePath } from './marks.ts';
import { type Coordinate, coordinateOf, createPlane, HEIGHT, type Plane, WIDTH } from './plane.ts';
import { loess } from './smooth.ts';

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve<Point>[];
  /** `plain`: no marks; `smooth`: a smoothed line over the faint one. */
  readonly style: 'marks' | 'plain' | 'smooth';
}

interface Placed extends Curve {
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** More marks than this run into each other. */
const MOST_MARKS = 40;

/** Lines over numbers or names; the same names stand at the same place. Of equal lines the first is seen. */
export function drawLines(chart: LineChart): Drawing {
  const x = coordinateOf(chart.curves.flatMap(({ points }) => points.map((point) => point.x)));
  const curves = chart.curves.map((curve): Placed => ({ ...curve, points: numbersOf(curve.points, x) }));
  const y = coordinateOf(curves.flatMap(({ points }) => points.map(([, value]) => value)));
  const plane = createPlane(x, y, { x: chart.xLabel, y: chart.yLabel }, 0.015);
  const lines = curves.map((curve) => drawCurve(curve, plane, chart.style));
  const size = { width: WIDTH, height: HEIGHT };
  const label = `${chart.title}: lines of ${chart.curves.map(({ name }) => name).join(', ')}`;
  return {
    ...size,
    svg: drawing(size, label, plane.axes, ...lines.reverse()),
    stops: stopsOf(curves, x, plane),
    mode: 'x',
  };
}

function numbersOf(points: readonly Point[], x: Coordinate): (readonly [number, number])[] {
  return points
    .flatMap((point): (readonly [number, number])[] => {
      const at = x.of(point.x);
      return at === undefined || typeof point.y !== 'number' ? [] : [[at, point.y]];
    })
    .sort(([a], [b]) => a - b);
}

function drawCurve({ points, color, dash }: Placed, { x, y }: Plane, style: LineChart['style']): string {
  const places = points.map(([px, py]) => [x.at(px), y.at(py)] as const);
  const line = (d: string, extra = ''): string =>
    element('path', { class: `line c${color} d${dash % 4}${extra}`, d });
  const hasMarks = places.length === 1 || (style === 'marks' && places.length <= MOST_MARKS);
  const marks = hasMarks ? drawMarks(color, places, 2.6) : '';
  if (style !== 'smooth') return line(linePath(places)) + marks;
  const smoothed = loess(points).map(([px, py]) => [x.at(px), y.at(py)] as const);
  return line(linePath(places), ' faint') + line(linePath(smoothed)) + marks;
}

const MOST_STOPS = 600;

/** One stop for each x, with the value of every line there. */
function stopsOf(curves: readonly Placed[], x: Coordinate, plane: Plane): Stop[] {
  const byX = new Map<number, { curve: Placed; value: number }[]>();
  for (const curve of curves) {
    for (const [at, value] of curve.points) {
      const known = byX.get(at);
      if (known === undefined) byX.set(at, [{ curve, value }]);
      else known.push({ curve, value });
    }
  }
  const xs = [...byX.keys()].sort((a, b) => a - b);
  const each = Math.ceil(xs.length / MOST_STOPS);
  return xs
    .filter((_, i) => i % each === 0)
    .map((at): Stop => {
      const values = byX.get(at) ?? [];
      return {
        x: plane.x.at(at),
        y: plane.y.at(values[0]?.value ?? 0),
        title: x.show(at),
        lines: values.map(({ curve, value }) => [curve.name, formatValue(value), curve.color]),
        dots: values.map(({ curve, value }) => [plane.y.at(value), curve.color]),
      };
    });
}
