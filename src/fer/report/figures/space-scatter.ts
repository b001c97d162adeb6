import { element, label } from '../../../kit/index.ts';
import { colorAt, type Palette, SAFE_PALETTE } from './colors.ts';
import { drawLegend, drawTitle } from './frame.ts';
import { rasterised } from './raster.ts';
import { figure, GRID_LINE, HALO, PANEL, QUIET } from './svg.ts';

/** Where a map in space is looked at from, in degrees, as matplotlib names it: above the xy-plane, and around the z-axis. */
export interface View {
  readonly elevation: number;
  readonly azimuth: number;
}

export interface SpaceScatterPlot {
  readonly title: string;
  readonly note: string;
  /** float32 [n, 3], row by row. */
  readonly points: Float32Array;
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
  /** One panel each, two in a row. */
  readonly views: readonly View[];
}

const SIDE = 290;
const GAP = 14;
const TOP = 40;
/** Above this many points in all panels the dots are pictures inside the figure. */
const MOST_CIRCLES = 2500;

/** A map in space, seen from several sides: what is near is drawn last and largest. */
export async function renderSpaceScatter(
  plot: SpaceScatterPlot,
  palette: Palette = SAFE_PALETTE,
): Promise<string> {
  const columns = Math.min(2, plot.views.length);
  const rows = Math.ceil(plot.views.length / columns);
  const panels = await Promise.all(
    plot.views.map((view, i) =>
      panel(plot, palette, view, {
        x: 12 + (i % columns) * (SIDE + GAP),
        y: TOP + Math.floor(i / columns) * (SIDE + GAP),
      }),
    ),
  );
  const width = columns * (SIDE + GAP);
  const bottom = TOP + rows * (SIDE + GAP);
  return figure(
    { width: width + 116, height: bottom + 18 },
    plot.title,
    drawTitle({ left: 12, top: 40 }, plot.title, width + 116),
    ...panels,
    drawLegend(
      width + 16,
      TOP + 12,
      plot.classes.map((name, i) => ({ name, color: colorAt(palette.classes, i) })),
    ),
    label(plot.note, { x: 12, y: bottom + 4, 'font-size': 11, ...QUIET }),
  );
}

async function panel(
  plot: SpaceScatterPlot,
  { classes: colors, onDark }: Palette,
  view: View,
  at: { readonly x: number; readonly y: number },
): Promise<string> {
  const { centre, half } = extent(plot.points);
  const project = projection(view, centre, half);
  const radius = plot.labels.length > 3000 ? 0.9 : plot.labels.length > 1000 ? 1.3 : 2;
  const dots = element(
    'g',
    { ...HALO, 'stroke-width': radius / 4 },
    ...circles(plot, colors, project, radius),
  );
  const many = plot.labels.length * plot.views.length > MOST_CIRCLES;
  return element(
    'g',
    { transform: `translate(${at.x} ${at.y})` },
    element('rect', { width: SIDE, height: SIDE, ...PANEL }),
    ...cubeEdges(project, centre, half),
    many ? await rasterised(dots, SIDE, onDark) : dots,
    label(`elevation ${view.elevation}°, azimuth ${view.azimuth}°`, {
      x: 8,
      y: SIDE - 8,
      'font-size': 10,
      ...QUIET,
    }),
  );
}

type Point3 = readonly [number, number, number];
/** On the panel, and how near to the eye: from -1 (far) to 1. */
type Projection = (point: Point3) => { readonly x: number; readonly y: number; readonly near: number };

/** Parallel projection, as large as the cube around the points fits into the panel from this side. */
function projection({ elevation, azimuth }: View, centre: Point3, half: number): Projection {
  const [e, a] = [(elevation * Math.PI) / 180, (azimuth * Math.PI) / 180];
  const across = Math.abs(Math.sin(a)) + Math.abs(Math.cos(a));
  const scale =
    (SIDE / 2 - 22) / (half * Math.max(across, Math.abs(Math.cos(e)) + Math.abs(Math.sin(e)) * across));
  return (point) => {
    const [x, y, z] = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
    const right = -Math.sin(a) * x + Math.cos(a) * y;
    const out = Math.cos(a) * x + Math.sin(a) * y;
    return {
      x: SIDE / 2 + scale * right,
      y: SIDE / 2 - scale * (Math.cos(e) * z - Math.sin(e) * out),
      near: (Math.cos(e) * out + Math.sin(e) * z) / (Math.sqrt(3) * half),
    };
  };
}

/** The middle of the points, and half the longest side of the box around them. */
function extent(points: Float32Array): { readonly centre: Point3; readonly half: number } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  points.forEach((value, i) => {
    const axis = i % 3;
    low[axis] = Math.min(low[axis] ?? 0, value);
    high[axis] = Math.max(high[axis] ?? 0, value);
  });
  const middle = (axis: 0 | 1 | 2): number => (low[axis] + high[axis]) / 2;
  const longest = Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  return { centre: [middle(0), middle(1), middle(2)], half: longest / 2 || 1 };
}

function circles(
  plot: SpaceScatterPlot,
  colors: readonly string[],
  project: Projection,
  radius: number,
): string[] {
  const seen = Array.from(plot.labels, (classIndex, i) => {
    const [x = 0, y = 0, z = 0] = plot.points.subarray(3 * i, 3 * i + 3);
    return { ...project([x, y, z]), classIndex };
  });
  return seen
    .sort((a, b) => a.near - b.near)
    .map(({ x, y, near, classIndex }) =>
      element('circle', {
        cx: x,
        cy: y,
        r: radius * (1 + 0.45 * near),
        fill: colorAt(colors, classIndex),
      }),
    );
}

/** The edges of the cube behind the points: all but the three that meet in the corner nearest to the eye. */
function cubeEdges(project: Projection, centre: Point3, half: number): string[] {
  const corner = (bits: number): Point3 => [
    centre[0] + (bits & 1 ? half : -half),
    centre[1] + (bits & 2 ? half : -half),
    centre[2] + (bits & 4 ? half : -half),
  ];
  const corners = Array.from({ length: 8 }, (_, bits) => project(corner(bits)));
  const nearest = corners.reduce((best, { near }, i) => (near > (corners[best]?.near ?? 0) ? i : best), 0);
  return corners.flatMap((from, bits) =>
    [1, 2, 4].flatMap((axis) => {
      const other = bits | axis;
      const to = corners[other];
      if (other === bits || to === undefined || bits === nearest || other === nearest) return [];
      return [element('line', { x1: from.x, y1: from.y, x2: to.x, y2: to.y, ...GRID_LINE })];
    }),
  );
}
