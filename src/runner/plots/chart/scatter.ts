import type { Point } from '../figure.ts';
import { type Curve, type Drawing, drawing, type Stop } from './chart.ts';
import { drawMarks } from './marks.ts';
import { coordinateOf, createPlane, HEIGHT, WIDTH } from './plane.ts';

export interface ScatterChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve<Point>[];
  /** True: points of one name are spread over its room. */
  readonly jitter: boolean;
}

const MOST_STOPS = 4000;

/** Points over numbers or names, on both axes. */
export function drawScatter(chart: ScatterChart): Drawing {
  const all = chart.curves.flatMap(({ points }) => points);
  const x = coordinateOf(
    all.map((point) => point.x),
    'sorted',
  );
  const y = coordinateOf(
    all.map((point) => point.y),
    'sorted',
  );
  const plane = createPlane(x, y, { x: chart.xLabel, y: chart.yLabel }, 0.03);
  const stops: Stop[] = [];
  const clouds = chart.curves.map((curve, c) => {
    const places = curve.points.flatMap((point, i): (readonly [number, number])[] => {
      const [px, py] = [x.of(point.x), y.of(point.y)];
      if (px === undefined || py === undefined) return [];
      const place = [
        plane.x.at(px) + (chart.jitter ? spread(i, c, X_STEP) * plane.x.half : 0),
        plane.y.at(py) + (chart.jitter ? spread(i, c, Y_STEP) * plane.y.half : 0),
      ] as const;
      const lines = [
        [chart.xLabel, x.show(px)],
        [chart.yLabel === '' ? 'y' : chart.yLabel, y.show(py)],
      ] as const;
      stops.push({ x: place[0], y: place[1], title: curve.name, lines, dots: [[place[1], curve.color]] });
      return [place];
    });
    const r = all.length > 5000 ? 1.4 : all.length > 500 ? 2 : 3;
    return drawMarks(curve.color, places, r, 'mark cloud');
  });
  const size = { width: WIDTH, height: HEIGHT };
  const label = `${chart.title}: points of ${chart.curves.map(({ name }) => name).join(', ')}`;
  const each = Math.ceil(stops.length / MOST_STOPS);
  return {
    ...size,
    svg: drawing(size, label, plane.axes, ...clouds.reverse()),
    stops: stops.filter((_, i) => i % each === 0).sort((a, b) => a.x - b.x || a.y - b.y),
    mode: 'xy',
  };
}

/** Steps that fill a square evenly, the same each time (the plastic number; Roberts, R2, 2018). */
const X_STEP = 0.7548776662466927;
const Y_STEP = 0.5698402909980532;

/** Evenly between -0.7 and 0.7. */
function spread(i: number, curve: number, step: number): number {
  return (((i * step + curve * 0.37) % 1) - 0.5) * 1.4;
}
